"""What is drawn. Widgets read models, run actions and speak to the session; they open no file and no socket."""
