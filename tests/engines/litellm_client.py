"""Run by LiteLLM's own interpreter: asks through its SDK what standard input says, and prints what came of it.

Standard input: one JSON object a line, the arguments of `completion`. Standard output: one object a line, with
`text`, `finish`, `pieces` and `calls`, or `raised` and `status`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any


def said(answer: Any) -> dict[str, Any]:
    message = answer.choices[0].message
    calls = [[call.function.name, call.function.arguments] for call in message.tool_calls or []]
    return {"text": message.content, "finish": answer.choices[0].finish_reason, "calls": calls}


def streamed(chunks: Any) -> dict[str, Any]:
    pieces, arguments, names, finish = [], "", [], None
    for chunk in chunks:
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            finish = choice.finish_reason or finish
            for call in choice.delta.tool_calls or []:
                names += [call.function.name] if call.function.name else []
                arguments += call.function.arguments or ""
    return {
        "text": "".join(pieces),
        "finish": finish,
        "pieces": len([piece for piece in pieces if piece]),
        "calls": [[name, arguments] for name in names],
    }


def main() -> None:
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if asked.pop("asynchronous", False):
                made = said(asyncio.run(litellm.acompletion(**asked)))
            elif asked.get("stream"):
                made = streamed(litellm.completion(**asked))
            else:
                made = said(litellm.completion(**asked))
        except Exception as error:
            made = {
                "raised": type(error).__name__,
                "status": getattr(error, "status_code", 0),
                "words": str(error),
            }
        sys.stdout.write(json.dumps(made) + "\n")
        sys.stdout.flush()


main()
