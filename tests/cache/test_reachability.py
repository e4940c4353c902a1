"""Whether the cluster answers: a gateway's errors are no answer, and one answer ends any silence."""

from planes.cache.reachability import Reachability
from planes.structs.events import Check, Failed, Fault, FaultKind, Health, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono

GATEWAY = Fault(FaultKind.SERVER_ERROR, "A gateway before it answers 503.", status=503)


def test_what_a_gateway_says_in_its_name_is_not_heard_from_the_api_server() -> None:
    reach = Reachability()
    reach.took_health(Health("/livez", Mono(10.0), 0.1, 200))
    for at in (12.0, 14.0, 16.0):
        reach.took_health(Health("/livez", Mono(at), 0.1, 503, fault=GATEWAY))
    seen = reach.reach(Mono(16.0))
    assert (seen.heard_at, seen.fault, seen.failing_since) == (10.0, GATEWAY, 12.0)


def test_a_check_that_fails_is_an_answer_and_ends_it() -> None:
    reach = Reachability()
    reach.took_server(Server(Mono(10.0), fault=GATEWAY))
    reach.took_health(Health("/readyz", Mono(11.0), 0.1, 500, (Check("etcd", False),)))
    seen = reach.reach(Mono(11.0))
    assert (seen.heard_at, seen.fault) == (11.0, None)


def test_a_feed_that_gets_errors_tells_nothing_of_the_way_once_it_is_probed() -> None:
    reach = Reachability()
    reach.took_health(Health("/livez", Mono(10.0), 0.1, 200))
    reach.failed(Failed(Feed.NODES, GATEWAY, Mono(11.0), Mono(12.0)))
    assert (reach.reach(Mono(11.0)).heard_at, reach.reach(Mono(11.0)).fault) == (10.0, None)
    reach.failed(Failed(Feed.NODES, Fault(FaultKind.FORBIDDEN, "No.", status=403), Mono(12.0), Mono(13.0)))
    assert reach.reach(Mono(12.0)).heard_at == 12.0
