"""Where our answers differ from Docker 20.10's on purpose, each with its reason.

TEXTS: (pattern, replacement, reason), applied to both sides before they are compared.
CASES: for client `docker` and `hexa`: case -> ({what ours is instead}, reason)."""

TEXTS = [
    (r"(OCI runtime (create|exec) failed|failed to create (shim )?task|runc (create|run|exec) failed|unable to start container process|starting container process caused): ", "",
     "the words of the runtime below Docker are not ours; what follows them is compared"),
    (r"container_linux\.go:\d+: ", "", "the same"),
    (r": unknown(\.?)(\n|$)", r"\1\2", "Docker appends the kind of an error of its runtime"),
]

CASES = {"docker": {}, "hexa": {}}
