"""The search in one zone, hour after hour: each hour sees the past only."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agglo.models.water.locating.search.evidence import Change, Judge, Sums, Window, placed, weigh
from agglo.models.water.locating.search.filtering import MODES, Belief, Leak
from agglo.models.water.locating.search.hours import Hours
from agglo.models.water.locating.search.noise import Noise, read
from agglo.models.water.locating.search.setting import FIRST_EVIDENCE, WINDOWS
from agglo.models.water.locating.search.zone_model import FIRST_H, ZoneModel

if TYPE_CHECKING:
    import numpy as np

STRONG = 40.0
SUDDEN_H = 8
"""Evidence, in so many hours at most, from which what happened is a new leak, however near to another one."""
CHANGED = 14.0
"""Evidence from which a known leak has changed."""
OVER, LEFT = 0.75, 0.25
"""Share of that evidence which says that it is over, from which it is; seen over long, no more of its flow is left."""
LONGEST_H = 700
NEAR_M, SAME_M, BESIDE_M, MOVED_M = 150.0, 120.0, 170.0, 700.0
"""A leak this near to a known one is that one growing; two places this near are one; no leak is moved further [m]."""
MOST_LEAKS = 30
FIRST_DAYS_H = 24 * 29
DEAD_M3_H = 0.2
WITH_TANK = 0.2
"""In such a zone, least flow of a leak that is told, as a share of consumption: years differ by a tenth [1]."""
WITH_TANK_H = 24
"""Least window of a zone with a tank: its balance, from levels read to a centimetre, says little in an hour."""
MOST_CHANGE_M3_H = 20.0
CONFIRMED = 25.0
CONFIRMED_H, CONFIRMED_WITH_TANK_H = 1, 72
"""A leak is told once all that was read since says this much for it [log], after so many hours more: what lasts an hour
is no leak, and in a zone with a tank consumption swings for days."""
AGAIN_H = 24 * 5
"""A place where a leak was told or ended is not told again within these hours."""
WEAK = 2.0
"""A flow under so many standard deviations is doubted; doubted twice, it is dropped."""


class ZoneWatch:
    """One zone: what is believed, what was raised. ``leaks`` holds all leaks there ever were; before the hour ``quiet``
    none is. ``solve`` solves the model in an hour with the leaks believed everywhere."""

    def __init__(
        self,
        model: ZoneModel,
        noise: Noise,
        hours: Hours,
        *,
        distance: "np.ndarray",
        solve: Callable[[int], None],
        quiet: int,
    ) -> None:
        import numpy as np

        self.model, self.noise, self.hours, self.solve, self.quiet = model, noise, hours, solve, quiet
        setting = model.setting
        self.distance, self.near = distance, (distance <= setting.reach_m).astype(float)
        links = model.world.network.links
        self.lengths = np.array([links[pipe].length_m for pipe in model.view.zone.pipes])
        total, length = model.total, hours.length
        self.bins = noise.weights(total)
        flow = np.maximum(total, 0.2 * model.scale.reference[0]) / model.scale.reference[0]
        count = noise.precision(total) * flow**0.852 * model.usable
        self.judge = Judge(
            Sums(count, model.features, model.weights, self.bins, model.sensors), noise.covariances, noise.drift
        )
        self.expected = noise.expect(hours)
        self.seen = np.zeros((length, model.sensors))
        self.known = np.zeros((length, model.sensors), dtype=bool)
        self.belief = Belief.start(model.prior, model.sensors, model.count, noise.season, setting.signature_error)
        self.signatures = model.signatures
        self.held: dict[int, Belief] = {0: self.belief.copy()}
        self.from_hour = 0
        self.leaks: list[Leak] = []
        self.ended: dict[int, int] = {}
        self._at_library: dict[int, float] = {}
        self._importance = self._importances()
        self._shortest = WITH_TANK_H if model.view.zone.tanks else 1

    def running(self) -> list[tuple[int, float]]:
        """Pipe (rank) and flow of each leak believed to run."""
        return [(leak.pipe, self.belief.flow(rank)) for rank, leak in enumerate(self.belief.leaks)]

    # --- one hour

    def hour(self, hour: int) -> None:
        """Takes in one hour, which :meth:`observe` has seen, and decides."""
        if self.model.usable[hour]:
            self.take_in(self.belief, hour)
        self.hold(hour + 1)
        if not self.model.usable[hour]:
            self.judge.sums.put(hour, self.seen[hour])
            return
        self._follow_growth(hour)
        window = self._strongest(hour)
        if window is not None and not self._changed(window, hour):
            self._accepted(window, hour)
        self._settle(hour)
        for rank, leak in enumerate(self.belief.leaks):
            leak.flows[hour] = self.belief.flow(rank)

    def observe(self, hour: int) -> None:
        """What the sensors read less the model without leaks, the model being solved with the leaks believed."""
        import numpy as np

        model = self.model
        apart = read(model.view, self.hours, hour) - model.world.said(model.view)
        seen = np.append(apart, model.world.driving.total[model.view.zone.name][hour] - self.expected[hour])
        for rank, leak in enumerate(self.belief.leaks):
            seen[:-1] += self.belief.flow(rank) * (model.weights[hour] @ leak.signature)[:-1]
        self.known[hour] = np.isfinite(seen)
        self.seen[hour] = np.where(self.known[hour], seen, 0.0)

    def take_in(self, belief: Belief, hour: int) -> None:
        """One hour into a belief."""
        import numpy as np

        model = self.model
        noise = np.tensordot(self.bins[hour], self.noise.covariances, 1)
        seen = belief.step(
            self.seen[hour],
            self.known[hour],
            features=model.features[hour],
            weights=model.weights[hour],
            noise=noise,
            drift=self.noise.drift,
        )
        self.judge.sums.put(hour, seen)

    def hold(self, hour: int) -> None:
        """Keeps the belief as it stands at the start of an hour."""
        self.held[hour] = self.belief.copy()
        self.held.pop(hour - LONGEST_H, None)

    def restart(self, hour: int) -> None:
        """Windows start anew: what was believed before no longer compares with what is."""
        self.held = {hour: self.belief.copy()}
        self.from_hour = hour

    # --- windows

    def _strongest(self, hour: int) -> Window | None:
        """The window that says most beyond what is asked of its length."""
        end = hour + 1
        lengths = [
            length
            for length, every in WINDOWS
            if length >= self._shortest and end - length >= self.from_hour and end % every == 0
        ]
        since = end - self.from_hour
        if (self.from_hour == 0 and since <= FIRST_DAYS_H and end % 6 == 0) or (end % 24 == 0 and 24 < since <= 672):
            lengths.append(since)
        best, most = None, 0.0
        for length in dict.fromkeys(lengths):
            window = self.judge.window(self.held[end - length], end - length, end, self.signatures)
            if window is not None and (self._beyond(window) > most or best is None):
                best, most = window, self._beyond(window)
        return best

    def _beyond(self, window: Window) -> float:
        changes = [one.evidence - CHANGED for one in window.changes]
        return max([self._beyond_leak(window), *changes])

    def _beyond_leak(self, window: Window) -> float:
        asked = FIRST_EVIDENCE.get(window.hours, self.model.setting.evidence)
        return float(window.evidence[window.best]) - asked

    # --- known leaks

    def _changed(self, window: Window, hour: int) -> bool:
        """Whether a known leak ended or changed, which is then believed."""
        most = max(window.changes, key=lambda one: one.evidence, default=None)
        if most is None or most.evidence <= CHANGED or most.evidence <= window.evidence[window.best] - 3:
            return False
        if most.by_m3_h > 0 and float(window.evidence[window.best]) >= STRONG and window.hours <= SUDDEN_H:
            return False
        before = self.held[window.start]
        flow = before.flow(most.rank)
        left = self.belief.flow(most.rank)
        over = most.ended > OVER * most.evidence and (window.hours <= SUDDEN_H or left < LEFT * flow)
        if most.by_m3_h < 0 and over:
            self.end(most.rank, window.start, hour)
            return True
        if abs(most.by_m3_h) <= max(1.5, 0.2 * flow):
            return False
        self._refit(window, hour, most)
        return True

    def end(self, rank: int, start: int, hour: int) -> None:
        """A leak is over since an hour: the hours since are looked at again without it."""
        leak = self.belief.leaks[rank]
        self.ended[leak.id] = start
        belief = self.held[start].copy()
        belief.drop(rank)
        self.belief = belief.copy()
        self.refresh()
        self._replay(belief, start, hour, again=hour - start < 96)
        self.refresh()
        self.restart(hour + 1)

    def _refit(self, window: Window, hour: int, change: Change) -> None:
        """The flow of a leak changed: it may be anything again, from the start of the window."""
        for again in (False, True):
            belief = self.held[window.start].copy()
            belief.covariance[belief.at(change.rank), belief.at(change.rank)] += _loosened(change.by_m3_h)
            self._replay(belief, window.start, hour, again=again and window.hours <= 24)
            self.refresh()
        self.restart(hour + 1)

    def _replay(self, belief: Belief, start: int, hour: int, *, again: bool) -> None:
        """Takes the hours of a window in again; ``again`` solves the model with what is now believed first."""
        for one in range(start, hour + 1):
            if not self.model.usable[one]:
                self.judge.sums.put(one, self.seen[one])
                continue
            if again:
                self.solve(one)
                self.observe(one)
            self.take_in(belief, one)
        self.belief = belief

    def refresh(self) -> None:
        """Signatures with the leaks believed in the model."""
        self.signatures = self.model.library(self.running())
        self._at_library = {leak.id: self.belief.flow(rank) for rank, leak in enumerate(self.belief.leaks)}
        for leak in self.belief.leaks:
            leak.signature = self.signatures[:, leak.pipe]

    def _follow_growth(self, hour: int) -> None:
        for rank, leak in enumerate(self.belief.leaks):
            flow = self.belief.flow(rank)
            if abs(flow - self._at_library.get(leak.id, 0.0)) > max(1.5, 0.2 * flow):
                self.refresh()
                self.hold(hour + 1)
                return

    # --- new leaks

    def _accepted(self, window: Window, hour: int) -> None:
        flow = float(window.flow[window.best])
        if hour < self.quiet or self._beyond_leak(window) <= 0 or flow < self.model.setting.least_flow_m3_h:
            return
        close = [
            rank
            for rank, leak in enumerate(self.belief.leaks)
            if self.distance[leak.pipe, window.best] < NEAR_M
            and leak.id in {one.id for one in self.held[window.start].leaks}
        ]
        if close and float(window.evidence[window.best]) < STRONG:
            self._grown(window, hour, close[0], flow)
        elif len(self.belief.leaks) < MOST_LEAKS:
            self._new(window, hour, flow)

    def _grown(self, window: Window, hour: int, rank: int, flow: float) -> None:
        belief = self.held[window.start].copy()
        belief.covariance[belief.at(rank), belief.at(rank)] += _loosened(flow)
        self._replay(belief, window.start, hour, again=False)
        self.restart(hour + 1)

    def _new(self, window: Window, hour: int, flow: float) -> None:
        place, mass, centre = placed(window.evidence, self.lengths, self.near)
        pipe = window.best
        leak = Leak(
            len(self.leaks),
            pipe,
            pipe,
            window.start,
            hour,
            float(window.evidence[pipe]),
            self.signatures[:, pipe],
            self.modes(pipe, place),
            place,
            mass,
            centre,
        )
        self.leaks.append(leak)
        belief = self.held[window.start].copy()
        belief.add(leak, flow, (0.5 * flow) ** 2 + 0.5)
        self._replay(belief, window.start, hour, again=False)
        self.refresh()
        if window.hours <= 48 and flow > 2:
            self._sharpen(window, hour, flow)
        self.restart(hour + 1)

    def _sharpen(self, window: Window, hour: int, flow: float) -> None:
        """A large leak bends its own signature: the window is looked at again with the leak in the model."""
        for _again in range(3):
            for one in range(window.start, hour + 1):
                if self.model.usable[one]:
                    self.solve(one)
                    self.observe(one)
                self.judge.sums.put(one, self.seen[one])
            rank = len(self.belief.leaks) - 1
            self.relocate(rank, hour, first=True)
            belief = self.held[window.start].copy()
            belief.add(self.belief.leaks[rank], self.belief.flow(rank), (0.3 * flow) ** 2 + 0.5)
            self._replay(belief, window.start, hour, again=False)
            self.refresh()

    def relocate(self, rank: int, hour: int, *, first: bool = False) -> bool:
        """Where a leak is, looked at again with what was read since; whether it moved."""
        import numpy as np

        leak = self.belief.leaks[rank]
        start = max(leak.since, hour + 1 - 168)
        found = self.judge.residual(self.belief, start, hour + 1, without=rank, loose=0.1)
        if found is None:
            return False
        apart, covariance, _sees, weights = found
        evidence, flow, _inverse = weigh(apart, covariance, np.tensordot(weights, self.signatures, 1))
        evidence = np.where(self.distance[leak.first_pipe] <= MOVED_M, evidence, 0.0)
        leak.place, leak.mass, leak.centre = placed(evidence, self.lengths, self.near, 0.8)
        best = int(evidence.argmax())
        at = self.belief.at(rank)
        doubtful = self.belief.mean[at] ** 2 < WEAK**2 * self.belief.covariance[at, at]
        leak.weak = leak.weak + 1 if doubtful and hour - leak.accepted >= 48 else 0
        gain = float(evidence[best] - evidence[leak.pipe])
        leak.since_then = float(evidence[leak.pipe])
        if best != leak.pipe and gain > (3 if self.distance[best, leak.pipe] < 400 else 12):
            leak.pipe, leak.signature = best, self.signatures[:, best]
            leak.modes = self.modes(best, leak.place)
            self.belief.forget_modes(rank)
            self.belief.mean[self.belief.at(rank)] = max(float(flow[best]), 0.0)
            return True
        if first or (hour - leak.accepted) % 24 == 0:
            leak.modes = self.modes(leak.pipe, leak.place)
        return False

    def modes(self, pipe: int, place: "np.ndarray") -> "np.ndarray":
        """How the signature of a leak may differ: its place, the network; the ways that matter most, as columns."""
        import numpy as np

        likely = np.argsort(place)[-40:]
        there = (self.signatures[:, likely] - self.signatures[:, [pipe]]).transpose(1, 0, 2)
        parts = [there * np.sqrt(place[likely])[:, None, None]]
        parts.append(self.model.spread[:, :, pipe] / np.sqrt(len(self.model.spread)))
        stacked = np.concatenate(parts).reshape(-1, self._importance.size) * self._importance
        _left, size, ways = np.linalg.svd(stacked, full_matrices=False)
        found = np.zeros((MODES, self._importance.size))
        found[: len(size)] = (size[:, None] * ways / self._importance)[:MODES]
        return found.reshape(MODES, -1, self.model.sensors).transpose(1, 2, 0)

    def _importances(self) -> "np.ndarray":
        """How much each state and sensor counts in choosing modes, (states x sensors,)."""
        import numpy as np

        often = self.model.weights[:FIRST_H].mean(0) + 0.002
        sharp = 1 / np.sqrt(np.diag(self.noise.covariances[len(self.noise.covariances) // 2]))
        sharp[-1] = 1e-9
        return np.asarray(np.sqrt(np.repeat(often, self.model.sensors)) * np.tile(sharp, len(often)))

    # --- upkeep

    def _settle(self, hour: int) -> None:
        """Places of leaks looked at again, leaks raised, leaks that came to nothing dropped."""
        for rank, leak in enumerate(self.belief.leaks):
            age = hour - leak.accepted
            due = age in (1, 2, 3, 4, 6, 8, 12, 16) or (
                age > 0 and age % 24 == 0 and (age <= 21 * 24 or age % 168 == 0)
            )
            if due and self.belief.flow(rank) > 0.4 and self.relocate(rank, hour):
                self.refresh()
                self.restart(hour + 1)
            self._raise(rank, hour)
        for rank in reversed(range(len(self.belief.leaks))):
            leak = self.belief.leaks[rank]
            if hour - leak.accepted > 24 and (self.belief.flow(rank) < DEAD_M3_H or leak.weak >= 2):
                self.ended[leak.id] = hour
                self.belief.drop(rank)
                self.restart(hour + 1)

    def _raise(self, rank: int, hour: int) -> None:
        """Tells people of a leak once its place is known well enough, unless it is one they were told of."""
        leak, setting = self.belief.leaks[rank], self.model.setting
        age = hour - leak.accepted
        sure = leak.mass > setting.mass or (age >= setting.patience_h and leak.mass > setting.late_mass)
        tank = bool(self.model.view.zone.tanks)
        least = WITH_TANK * self.model.scale.reference[0] if tank else 0.3
        seen = leak.since_then >= CONFIRMED and age >= (CONFIRMED_WITH_TANK_H if tank else CONFIRMED_H)
        if leak.raised_pipe is not None or self.belief.flow(rank) <= least or not (sure and seen):
            return
        leak.raised_pipe = leak.centre
        if not self._told_already(leak, hour):
            leak.raised = hour

    def _told_already(self, leak: Leak, hour: int) -> bool:
        """Whether people know of a leak there: one that runs beside it, or one told or ended there lately."""
        running = {one.id for one in self.belief.leaks}
        for one in self.leaks:
            if one is leak or one.raised_pipe is None:
                continue
            if leak.evidence >= STRONG and hour - one.accepted > 24:
                continue
            beside = self.distance[one.pipe, leak.pipe] <= BESIDE_M
            if one.id in running and (beside or self.distance[one.raised_pipe, leak.centre] <= SAME_M):
                return True
            last = max(one.accepted, one.raised or 0, self.ended.get(one.id, 0))
            if hour - last < AGAIN_H and self.near[one.raised_pipe, leak.centre]:
                return True
        return False


def _loosened(by_m3_h: float) -> float:
    """Variance of a flow that changed by so much [m3/h]2."""
    return 2 * min(abs(by_m3_h), MOST_CHANGE_M3_H) ** 2 + 1


def distances_m(model: ZoneModel) -> "np.ndarray":
    """Way along pipes between the middles of pipes of a zone [m], (pipes, pipes); 0 on the diagonal."""
    import numpy as np

    network = model.world.network
    links = [network.links[pipe] for pipe in model.view.zone.pipes]
    start = [network.index[link.start] for link in links]
    end = [network.index[link.end] for link in links]
    between = network.distances_m()
    ways = [between[np.ix_(one, other)] for one in (start, end) for other in (start, end)]
    half = np.array([link.length_m for link in links]) / 2
    found: np.ndarray = np.min(ways, axis=0) + half[:, None] + half[None, :]
    np.fill_diagonal(found, 0.0)
    return found


def zones_running(watches: Sequence[ZoneWatch]) -> dict[str, list[tuple[int, float]]]:
    """Leaks believed in each zone."""
    return {watch.model.view.zone.name: watch.running() for watch in watches}
