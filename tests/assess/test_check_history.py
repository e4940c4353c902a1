"""Checks that fail, told when that changes: from the first failing answer to the last, and never because there was no answer."""

from planes.assess.check_history import CheckHistory
from planes.components.pod_kinds import new_cache
from planes.structs.events import Check, Fault, FaultKind, Health
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import ChecksRow

OFFSET = 1_795_370_000.0
REFUSED = Fault(FaultKind.REFUSED, "refused", "")


class Answers:
    """Answers of one path, and what was told of them."""

    def __init__(self) -> None:
        self.cache = new_cache()
        self.history = CheckHistory()

    def __call__(
        self, at: float, *checks: Check, path: str = "/readyz", fault: Fault | None = None
    ) -> list[tuple[float, dict[str, str]]]:
        status = None if fault is not None else 500 if any(not one.ok for one in checks) else 200
        self.cache.apply(Health(path, Mono(at), 0.01, status, checks, fault))
        return [(one.at - OFFSET, one.failing) for one in self.history.look(self.cache, OFFSET) if one.path == path]


PING, ETCD, BROKEN = Check("ping", True), Check("etcd", True), Check("etcd", False)


def test_the_first_answer_tells_what_fails_or_that_nothing_does() -> None:
    assert Answers()(10.0, PING, ETCD) == [(10.0, {})]
    assert Answers()(10.0, PING, BROKEN) == [(10.0, {"etcd": ""})]


def test_a_failure_begins_in_the_first_answer_and_ends_in_the_last_in_which_it_was_seen() -> None:
    say = Answers()
    say(10.0, PING, ETCD)
    assert say(12.0, PING, ETCD) == []
    assert say(14.0, PING, BROKEN) == [(14.0, {"etcd": ""})]
    assert say(16.0, PING, BROKEN) == []
    assert [say(at, PING, ETCD) for at in (18.0, 24.0, 31.0)] == [[], [], []]
    assert say(31.1, PING, ETCD) == [(16.0, {})]


def test_of_several_api_servers_one_that_fails_now_and_then_is_one_failure() -> None:
    say = Answers()
    told = [say(float(at), PING, BROKEN if at % 3 == 0 else ETCD) for at in range(1, 60)]
    assert [one for one in told if one] == [[(1.0, {})], [(3.0, {"etcd": ""})]]


def test_a_reason_is_told_when_it_comes() -> None:
    say = Answers()
    say(10.0, BROKEN)
    assert say(12.0, Check("etcd", False, "no leader")) == [(12.0, {"etcd": "no leader"})]
    assert say(14.0, Check("etcd", False, "timed out")) == []


def test_while_no_answer_tells_nothing_changes() -> None:
    say = Answers()
    say(10.0, PING, BROKEN)
    assert [say(at, fault=REFUSED) for at in (12.0, 30.0, 60.0)] == [[], [], []]
    assert say(70.0) == []  # an answer that lists no check
    assert say(80.0, PING, ETCD) == [(10.0, {})]


def test_each_path_is_told_by_itself() -> None:
    say = Answers()
    say(10.0, PING, BROKEN)
    assert say(11.0, PING, ETCD, path="/livez") == [(11.0, {})]
    say.cache.apply(Health("/readyz", Mono(12.0), 0.01, 500, (PING, BROKEN, Check("log", False)), None))
    assert say.history.look(say.cache, OFFSET) == [ChecksRow("/readyz", Epoch(OFFSET + 12.0), {"etcd": "", "log": ""})]
