"""The look of the seat as data: colour tokens, metrics, mark shapes and the style sheet made from them."""
