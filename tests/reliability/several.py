"""Faults of a Planewatch that is started part by part, by the commands of docs/running.md: a PostgreSQL, a Valkey, a web server, a
jobs worker and two watch workers, which reach both over a way that can be cut without a word. Six clusters."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import redis
import yaml

from planes.up.parts import free_port
from tests.e2e.forking import Commands
from tests.e2e.running import ROOT, until
from tests.reliability.disk import mounted, needs_a_disk
from tests.reliability.here import serious
from tests.reliability.processes import Kept, stop_tree
from tests.reliability.proxy import Way
from tests.reliability.rows import Place
from tests.services import postgres_binaries, run_as, unprivileged, valkey_binary
from tests.up.processes import descendants

CLUSTERS = 6
WATCHES = ("watch-1", "watch-2")


class Several:
    """All of it. Make it with `several`."""

    def __init__(
        self,
        home: Path,
        clusters: int = CLUSTERS,
        watches: tuple[str, ...] = WATCHES,
    ) -> None:
        self.home, self.clusters, self.watches = home, clusters, watches
        self.kept: dict[str, Kept] = {}
        self.ways: dict[str, Way] = {}
        self.ports = {name: free_port() for name in ("web", "postgres", "valkey", "demo")}
        self.environ = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")}
        self.environ |= {"HOME": str(home), "PLANEWATCH_DATA_DIR": str(home / "data"), "PYTHONUNBUFFERED": "1"}
        self._commands: Commands | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.ports['web']}"

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    def pid(self, part: str) -> int:
        return self.kept[part].pid

    def sign_in_link(self) -> str:
        return self.manage("signin", "--url", self.address).strip()

    def said(self) -> list[str]:
        ours = [self.kept[name] for name in self.kept if name not in ("postgres", "valkey", "demo")]
        return [line for one in ours for line in serious(one.log.read_text(errors="replace"))]

    def manage(self, *words: str) -> str:
        """A command of manage.py, past the ways, so that it can be told though they are cut."""
        if self._commands is None:
            self._commands = Commands(self.environ)
        done = self._commands.run(words)
        assert done.returncode == 0, f"manage.py {' '.join(words)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def close(self) -> None:
        """Ends all of it, last first."""
        if self._commands is not None:
            self._commands.close()
        for one in reversed(self.kept.values()):
            one.close()

    def keep(self, name: str, words: list[str], user: tuple[int, int] | None = None) -> None:
        self.kept[name] = Kept(words, self.home / f"{name}.log", self.environ, user)

    def sql(self, statement: str) -> None:
        """By its owner, past the way."""
        with psycopg.connect(self.database, autocommit=True, connect_timeout=5) as database:
            database.execute(statement.encode())

    @property
    def database(self) -> str:
        return f"postgresql://planewatch@127.0.0.1:{self.ports['postgres']}/planewatch"

    def valkey(self) -> "redis.Redis":
        """Past the way."""
        return redis.Redis(port=self.ports["valkey"], socket_timeout=5)

    def postgres_family(self) -> list[int]:
        return [self.kept["postgres"].pid, *descendants(self.kept["postgres"].pid)]


def documented() -> list[list[str]]:
    """The commands that docs/running.md has for web, watch and jobs, as words; the virtual environment's programs from this one."""
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\.venv/bin/(python) (manage\.py web .+|-m dashboard\.worker .+)$", text, re.MULTILINE)
    return [[str(Path(sys.executable).with_name(program)), *rest.split()] for program, rest in lines]


@contextmanager
def several(
    clusters: int = CLUSTERS,
    watches: tuple[str, ...] = WATCHES,
) -> Iterator[Several]:
    """It runs, until the end."""
    home = Path(tempfile.mkdtemp(prefix="pwsev-"))
    home.chmod(0o711)
    with ExitStack() as after:
        after.callback(shutil.rmtree, home, ignore_errors=True)
        (home / "postgres").mkdir()
        after.enter_context(mounted(home / "postgres"))
        here = Several(home, clusters, watches)
        after.callback(here.close)
        _begin_services(here)
        for name in ("postgres", "valkey"):
            here.ways[name] = Way(here.ports[name])
            here.ways[name].start()
            after.callback(here.ways[name].close)
        here.environ |= {
            "DATABASE_URL": f"postgresql://planewatch@127.0.0.1:{here.ways['postgres'].port}/planewatch",
            "REDIS_URL": f"redis://127.0.0.1:{here.ways['valkey'].port}/0",
            "PLANEWATCH_SECRET_KEY": "for-tests-alone-" * 4,
        }
        _begin_parts(here)
        yield here


def _begin_services(here: Several) -> None:
    binaries = postgres_binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    user, place = unprivileged(), here.home / "postgres"
    ids = (user.pw_uid, user.pw_gid) if user else None
    if ids:
        os.chown(place, *ids)
    run_as(user, [str(binaries / "initdb"), "-D", str(place / "data"), "-U", "planewatch", "-A", "trust", "-E", "UTF8", "-N"])
    settings = [f"port={here.ports['postgres']}", "listen_addresses=127.0.0.1", f"unix_socket_directories={place}"]
    settings += ["fsync=off", "max_connections=100", "max_wal_size=32MB", "min_wal_size=32MB", "wal_keep_size=0"]
    words = [str(binaries / "postgres"), "-D", str(place / "data"), *(word for one in settings for word in ("-c", one))]
    (here.home / "postgres.log").touch()
    here.keep("postgres", words, ids)
    ready = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(here.ports["postgres"]), "-q", "-t", "1"]
    until(lambda: subprocess.run(ready, check=False, timeout=10).returncode == 0, "PostgreSQL's start", within=60)
    run_as(
        user, [str(binaries / "createdb"), "-h", "127.0.0.1", "-p", str(here.ports["postgres"]), "-U", "planewatch", "planewatch"]
    )
    here.keep(
        "valkey", [valkey_binary(), "--port", str(here.ports["valkey"]), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
    )
    demo = [sys.executable, "manage.py", "demo", "serve", "--dir", str(here.home / "demo"), "--port", str(here.ports["demo"])]
    here.keep("demo", [*demo, "--no-story", "--nodes", "3"])


def _begin_parts(here: Several) -> None:
    kubeconfig = here.home / "demo" / "kubeconfig"
    until(kubeconfig.exists, "the demo cluster", within=60)
    known = yaml.safe_load(kubeconfig.read_text())
    (context,) = known["contexts"]
    known["contexts"] = [{**context, "name": f"c{number}"} for number in range(1, here.clusters + 1)]
    known["current-context"] = "c1"
    (here.home / "kubeconfig").write_text(yaml.safe_dump(known))
    here.manage("migrate")
    here.manage("clusters", "add", "--kubeconfig", str(here.home / "kubeconfig"), "--all-contexts")
    web, watch, jobs = documented()
    web[web.index("--port") + 1], web[web.index("--bind") + 1] = str(here.ports["web"]), "127.0.0.1"
    here.keep("web", web)
    here.keep("jobs", jobs)
    for name in here.watches:
        here.keep(name, [*watch, "--hostname", f"{name}@%h"])
    healthz = f"{here.address}/healthz"
    until(
        lambda: subprocess.run(["curl", "-fsS", healthz], capture_output=True, check=False).returncode == 0,
        "the web server",
        within=60,
    )


SEVERAL = Place("several", several)


@SEVERAL.fault("One of two watch workers is killed")
def worker_killed(here: Several) -> Iterator[None]:
    here.kept["watch-1"].held = True
    os.kill(here.pid("watch-1"), signal.SIGKILL)
    yield
    here.kept["watch-1"].held = False


@SEVERAL.fault("One of two watch workers stands still")
def worker_stopped(here: Several) -> Iterator[None]:
    pid = here.pid("watch-1")
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGKILL)


@SEVERAL.fault("One of two watch workers is frozen in a transaction that holds its clusters", holds=40.0)
def frozen(here: Several) -> Iterator[None]:
    pid = here.pid("watch-1")
    with psycopg.connect(here.database, connect_timeout=5) as its:
        its.execute("SET idle_in_transaction_session_timeout = 0")  # as in the middle of a pipeline, where it does not count
        its.execute("UPDATE planes_cluster SET name = name")
        os.kill(pid, signal.SIGSTOP)
        yield
        with suppress(psycopg.Error):
            its.rollback()
    os.kill(pid, signal.SIGKILL)


@SEVERAL.fault("The only jobs worker is killed, and started again by systemd or its like")
def jobs_killed(here: Several) -> Iterator[None]:
    os.kill(here.pid("jobs"), signal.SIGKILL)
    yield


@SEVERAL.fault("PostgreSQL is killed and comes back")
def postgres_killed(here: Several) -> Iterator[None]:
    stop_tree(here.postgres_family(), signal.SIGKILL)
    (here.home / "postgres" / "data" / "postmaster.pid").unlink(missing_ok=True)
    yield


@SEVERAL.fault("PostgreSQL stands still", lasts=40.0)
def postgres_stopped(here: Several) -> Iterator[None]:
    family = here.postgres_family()
    stop_tree(family, signal.SIGSTOP)
    yield
    stop_tree(family, signal.SIGCONT)


@SEVERAL.fault("The way to PostgreSQL swallows all", lasts=40.0)
def postgres_away(here: Several) -> Iterator[None]:
    here.ways["postgres"].swallow(True)
    yield
    here.ways["postgres"].swallow(False)


@SEVERAL.fault("PostgreSQL takes no writes (a failover)", lasts=30.0)
def postgres_read_only(here: Several) -> Iterator[None]:
    here.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    here.sql("SELECT pg_reload_conf()")
    yield
    with psycopg.connect(here.database, autocommit=True, connect_timeout=5, options="-c default_transaction_read_only=off") as own:
        own.execute("ALTER SYSTEM RESET default_transaction_read_only")
        own.execute("SELECT pg_reload_conf()")


@SEVERAL.fault("PostgreSQL has no connection left for others", lasts=30.0)
def postgres_crowded(here: Several) -> Iterator[None]:
    taken: list[psycopg.Connection] = []
    with suppress(psycopg.Error):
        while len(taken) < 200:
            taken.append(psycopg.connect(here.database, connect_timeout=5))
    yield
    for one in taken:
        one.close()


@SEVERAL.fault("PostgreSQL's disk is full", lasts=30.0, needs=needs_a_disk)
def postgres_full(here: Several) -> Iterator[None]:
    filling = here.home / "postgres" / "filling"
    with suppress(OSError), filling.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)
    with suppress(psycopg.Error):
        for _ in range(4):  # what is set aside of its log is soon used up
            here.sql("SELECT pg_switch_wal(), txid_current()")
    yield
    filling.unlink()


@SEVERAL.fault("Valkey is killed and comes back")
def valkey_killed(here: Several) -> Iterator[None]:
    os.kill(here.pid("valkey"), signal.SIGKILL)
    yield


@SEVERAL.fault("Valkey stands still", lasts=40.0, dark=True)
def valkey_stopped(here: Several) -> Iterator[None]:
    pid = here.pid("valkey")
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


@SEVERAL.fault("The way to Valkey swallows all", lasts=40.0, dark=True)
def valkey_away(here: Several) -> Iterator[None]:
    here.ways["valkey"].swallow(True)
    yield
    here.ways["valkey"].swallow(False)


@SEVERAL.fault("Valkey is full", lasts=30.0, dark=True)  # what is stored goes on, but it is told to nobody
def valkey_full(here: Several) -> Iterator[None]:
    with here.valkey() as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")
    yield
    with here.valkey() as client:
        client.config_set("maxmemory", "0")
