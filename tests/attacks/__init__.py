"""What strangers, and one who is signed in, can do to a running Planewatch from outside; `make test-faults` prints the table."""
