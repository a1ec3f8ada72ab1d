"""Retraining as a job: asked for and done by a worker, or done at once; one at a time in an organisation."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine

from verbatim.actions.desk import Desk
from verbatim.actions.retraining import RETRAIN, STEPS, Note, Outcome, RetrainOrder, retrain
from verbatim.errors import LeaseLostError
from verbatim.learning.policy import Policy, policy_of, read_policy
from verbatim.settings import preset
from verbatim.store.jobs import Lease, begin, enqueue, fail, finish, require_none
from verbatim.store.opening import writing
from verbatim.store.promotions import require_reason
from verbatim.store.records import Values
from verbatim.store.statements import hold_organisation

WHILE = timedelta(minutes=10)
"""How long a retraining that is done at once has without a sign of life: it gives one after each piece of work."""

BROKEN_OFF = "it was broken off"


def request_retrain(
    engine: Engine,
    organisation: str,
    actor: str,
    override: str | None = None,
    policy: Mapping[str, Any] | None = None,
) -> int:
    """The number of a job that retrains. `policy` is a recipe's table, in place of the installation's policy.

    Raises ConflictError, naming the job, while another retraining is waiting or running, CorpusError for a policy and
    StoreError for a reason that cannot be, NotFoundError for an unknown organisation.
    """
    table = installed_policy().as_table() if policy is None else {**policy}
    policy_of(table, "policy")
    with writing(engine, organisation) as connection:
        return _enqueue(connection, organisation, actor, {"override": override, "policy": table})


def installed_policy() -> Policy:
    """The policy of this installation: the recipe that VERBATIM_POLICY names, or the defaults. Raises CorpusError."""
    recipe = preset().policy
    return read_policy(recipe) if recipe else Policy()


def run_retrain(desk: Desk, lease: Lease) -> None:
    """Make a challenger of what persons have corrected, and promote it if it is better; as the job's payload says."""
    if lease.job.result:
        return  # kept by a worker that ended before it could say so
    payload = lease.job.payload
    policy = payload.get("policy")
    order = RetrainOrder(
        organisation=lease.job.organisation,
        actor=lease.job.actor or "",
        installed=desk.manifest.folder,
        policy=Policy() if policy is None else policy_of(policy, f"job {lease.job.id}"),
        override=payload.get("override"),
    )
    retrain(lease.engine, order, _noting(lease), lambda: _renew(lease))


def retrain_now(engine: Engine, order: RetrainOrder) -> Outcome:
    """What came of a retraining that is done here and now; workers see it as a job. Raises as both others do."""
    with writing(engine, order.organisation) as connection:
        payload = {"override": order.override, "policy": order.policy.as_table()}
        number = _enqueue(connection, order.organisation, order.actor, payload)
        worker = f"command/{token_hex(4)}"
        lease = Lease(engine, begin(connection, number, worker, WHILE), worker, WHILE)
    done = False
    try:
        outcome = retrain(engine, order, _noting(lease), lambda: _renew(lease))
        done = True
    finally:
        with suppress(LeaseLostError), writing(engine, order.organisation) as connection:
            finish(connection, lease) if done else fail(connection, lease, BROKEN_OFF)
    return outcome


def _enqueue(connection: Connection, organisation: str, actor: str, payload: Values) -> int:
    hold_organisation(connection, organisation)
    if payload["override"] is not None:
        require_reason(payload["override"])
    require_none(connection, organisation, RETRAIN)
    known = {name: value for name, value in payload.items() if value is not None}
    return enqueue(connection, organisation, RETRAIN, known, actor, STEPS)


def _noting(lease: Lease) -> Note:
    return lambda connection, done, result: lease.progress(connection, done, STEPS, result)


def _renew(lease: Lease) -> None:
    with writing(lease.engine, lease.job.organisation) as connection:
        lease.renew(connection)
