"""Sentences of states, as the server's pages have them: what nobody vouches for is told as what was true then."""

from dashboard.templatetags.planewatch import as_seen


def test_a_sentence_has_the_words_before_it_that_show_while_nobody_vouches_for_it() -> None:
    said = as_seen("It refuses connections, for ⟨a:990.0⟩.", 1000.0)
    moment = 'datetime="1970-01-01T00:16:30Z" title="1 Jan 1970, 00:16:30 UTC"'
    shown = f'<span class="age-word">for </span><time class="age" {moment} data-as="since" data-t="a:990.0">10\u00a0s</time>'
    assert said == f'<span class="if-late">When last seen: </span>It refuses connections, {shown}.'


def test_no_words_stand_before_nothing() -> None:
    assert as_seen("", 1000.0) == ""
