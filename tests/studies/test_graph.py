from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agglo.studies import graph

GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.fixed_dictionaries(
        {f"s{one}": st.sets(st.integers(0, size - 1).map("s{}".format)) for one in range(size)}
    )
)


@given(GRAPHS)
def test_each_step_comes_after_those_it_waits_for(needs) -> None:
    order = graph.order(needs)
    for rank, name in enumerate(order):
        assert needs[name] <= set(order[:rank])


@given(GRAPHS)
def test_steps_are_left_out_of_the_order_only_where_there_is_a_circle(needs) -> None:
    left = set(needs) - set(graph.order(needs))
    circles = list(graph.circles(needs))
    assert bool(left) == bool(circles)
    for circle in circles:
        assert circle[0] == circle[-1]
        assert all(after in needs[before] for before, after in pairwise(circle))


def test_what_waits_for_a_step_directly_or_through_others() -> None:
    needs = {"a": set(), "b": {"a"}, "c": {"b"}, "d": set()}
    assert graph.after(needs, "a") == {"b", "c"}
    assert graph.after(needs, "d") == set()
