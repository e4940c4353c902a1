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

# A file, because tests read and write from several threads, as the product does.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": f"{_data_dir}/test.sqlite3"}  # noqa: F405

if not os.environ["DATABASE_URL"]:
    # A file, as in production: SQLite in memory knows neither the write-ahead log nor several connections.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_data_dir, "test.sqlite3")}  # noqa: F405, PTH118  from the product's settings
