"""Which inputs of a run are no longer what its manifest says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from models.book.policies.files import PolicyFile
from models.book.tables.table import Source
from models.policy import Policy
from nightly.proof.audit import Difference
from nightly.run.manifest import policy_facts


def changed_inputs(
    facts: Mapping[str, Any],
    sources: Iterable[Source],
    policies: Mapping[str, PolicyFile],
    on_policy: Callable[[Policy], Policy],
) -> list[Difference]:
    """Return where a book is no longer what the run with manifest `facts` was made from."""
    then = {source["path"]: source["sha256"] for source in facts["inputs"]["files"]}
    now = {source.path: source.sha256 for source in sources}
    files = sorted(p for p in then.keys() | now.keys() if then.get(p) != now.get(p))
    found = json.loads(json.dumps(policy_facts(policies, on_policy)))
    known = facts["policies"].keys() | found.keys()
    rules = sorted(p for p in known if facts["policies"].get(p) != found.get(p))
    return [
        *(Difference("", "input", path, then.get(path), now.get(path)) for path in files),
        *(Difference("", "policy", name, "as in the manifest", "changed") for name in rules),
    ]
