import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.proofs import test_outage_never_unheard as m
from reik.alerting.outages import taking
pytestmark = pytest.mark.slow
from hypothesis import Phase
S = settings(max_examples=30, stateful_step_count=14, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), print_blob=False, phases=[Phase.generate])
def test_a(database, monkeypatch):
    monkeypatch.setattr(m, "tell_late", lambda now: 0)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(m.Storm, settings=S)
def test_b(database, monkeypatch):
    monkeypatch.setattr(taking, "_is_new", lambda line: line is None)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(m.Storm, settings=S)
