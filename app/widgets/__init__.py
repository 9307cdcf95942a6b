"""What is drawn. Widgets read models, run actions and speak to the session, and open no file or socket."""
