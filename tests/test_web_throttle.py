"""Signing in may be tried a few times, and then ever less often."""

from verbatim.web.throttle import FREE_OF_ADDRESS, FREE_OF_LOGIN, LONGEST, Throttle


def test_each_failure_after_the_free_ones_doubles_the_wait():
    throttle = Throttle()
    assert [throttle.begin("ann", f"a{n}", 0.0) for n in range(FREE_OF_LOGIN)] == [0.0] * FREE_OF_LOGIN
    assert throttle.begin("ann", "b", 0.0) == 1.0
    assert throttle.begin("ann", "b", 1.0) == 0.0
    assert throttle.begin("ann", "b", 1.0) == 2.0


def test_one_address_is_slowed_down_whatever_the_login():
    throttle = Throttle()
    assert not any(throttle.begin(f"u{n}", "a", 0.0) for n in range(FREE_OF_ADDRESS))
    assert throttle.begin("another", "a", 0.0) == 1.0
    assert throttle.begin("another", "b", 0.0) == 0.0


def test_what_succeeds_counts_for_nothing():
    throttle = Throttle()
    for _ in range(3 * FREE_OF_LOGIN):
        assert throttle.begin("ann", "a", 0.0) == 0.0
        throttle.forgive("ann", "a")


def test_failures_are_forgotten_after_a_while():
    throttle = Throttle()
    for _ in range(FREE_OF_LOGIN):
        throttle.begin("ann", "a", 0.0)
    assert throttle.begin("ann", "a", LONGEST) == 0.0
