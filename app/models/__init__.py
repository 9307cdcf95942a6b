"""What is shown, before it is drawn: item models, filters and the words for codes. No widget here."""
