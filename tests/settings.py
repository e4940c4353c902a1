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
