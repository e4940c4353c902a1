"""`manage.py up`: one command that starts Planewatch's parts, watches over them and stops them.

early        options that must be known before settings are read
options      all the others
choice       which clusters are watched, and why
datadir      the data directory and its lock
address      the listening socket
database     reaching the database, migrating it
redis        reaching Redis, or the command of the embedded Valkey
parts        what is started, with which arguments
child        the launcher that dies with its parent
part         one supervised process
health       whether a part still does its work, and what `manage.py status` is told of it
output       where a part's lines go
supervisor   all of them together: in which order they start and stop
refusal      one clear sentence and an exit code for what cannot be started
"""
