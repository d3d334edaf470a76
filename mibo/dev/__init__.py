"""What `bin/run` and `bin/test` do on a machine that has nothing but Python; never imported by the app."""
