"""Settings of the test run: the product's own, with a data directory that goes away. PLANEWATCH_TEST_DATABASE_URL names a
PostgreSQL to run on instead of SQLite."""

import atexit
import os
import shutil
import tempfile

_data_dir = tempfile.mkdtemp(prefix="planewatch-test-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["PLANEWATCH_DATA_DIR"] = _data_dir
os.environ.pop("REDIS_URL", None)
os.environ["DATABASE_URL"] = os.environ.get("PLANEWATCH_TEST_DATABASE_URL", "")

from dashboard.settings import *  # noqa: E402, F403

if not os.environ["DATABASE_URL"]:
    # A file, as in production: SQLite in memory knows neither the write-ahead log nor several connections, and tests read and
    # write from several threads.
    for _alias, _database in DATABASES.items():  # noqa: F405  from the product's settings
        _database["TEST"] = {"NAME": os.path.join(_data_dir, f"test-{_alias}.sqlite3")}  # noqa: PTH118  as theirs

# A test is one transaction, in which a busy machine may let it wait for longer than the product ever does.
for _database in DATABASES.values():  # noqa: F405  from the product's settings
    if (_told := _database["OPTIONS"].get("options")) is not None:
        _database["OPTIONS"]["options"] = f"{_told} -c idle_in_transaction_session_timeout=120s"

# The product's own hasher takes 0.2 s of a core a password, by design; whose passwords are kept how is tested by its name.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
