"""HCL as people write it, rewritten so that python-hcl2 reads it as Terraform does.

python-hcl2's lexer knows neither templates in heredocs nor where a newline counts, and gives up a whole file
for one token it does not know. So text is *lowered* first: every string, number and odd name becomes a plain
word that stands for it, a template becomes a call whose arguments are its parts, newlines inside brackets go,
and those that separate an object's items become commas. What is left is the grammar of blocks and expressions.
The rules are those of HCL's own scanner (`hclsyntax`, v2).
"""

from __future__ import annotations

from drift.desired.hcl import text as texts
from drift.desired.hcl.expression import Expression
from drift.desired.hcl.scan import KEYWORDS, Bad, Piece, Scanner, Value
from drift.desired.hcl.template import Template


class Lowerer(Scanner):
    """Lowers one text, item by item."""

    def reset(self, position: int, parts: int, words: int) -> None:
        """Forget what was lowered beyond so many parts and words, and go on at `position`."""
        self.position = position
        self._depth = 0
        del self.parts[parts:], self.lines[parts:], self.words[words:]

    def expression(self, end: str) -> bool:
        """See `Scanner.expression`."""
        return Expression(self, end).run()

    def template(self, end: str, at: int, *, unindent: bool = False) -> None:
        """See `Scanner.template`; the text's quote or marker has been read."""
        Template(self, end).run(at, unindent=unindent)

    def item(self) -> bool:
        """Lower the next argument or block; False at the end of the body (a `}` is left where it is)."""
        first = self.next(newlines=False)
        if first.kind == "end" or first.text == "}":
            self.position = first.at
            return False
        if first.kind != "name":
            raise self.bad("an argument or block was expected here", first.at)
        self.name(first.text, first.at, odd=first.text in KEYWORDS)
        if self.peek().text == "=":
            self._argument()
        else:
            self._block()
        after = self.peek()
        if after.kind not in ("newline", "end"):
            raise self.bad("a newline was expected after an argument or block", after.at)
        self.emit("\n", after.at)
        return True

    def _argument(self) -> None:
        self.emit("=", self.next().at)
        self.expression("line")

    def _block(self) -> None:
        while (piece := self.next()).text != "{":
            if piece.kind == "name":
                self.name(piece.text, piece.at, odd=piece.text in KEYWORDS)
            elif piece.kind == "quote":
                self.literal(Value(self._label(piece)), piece.at)
            else:
                raise self.bad("a block's label or its opening brace was expected here", piece.at)
        self.emit("{", piece.at)
        self.deeper(1, piece.at)
        inside = self.peek()
        if inside.kind in ("newline", "end") or inside.text == "}":
            self.emit("\n", inside.at)
            while self.item():
                pass
        else:
            self._single()
        close = self.next()
        if close.kind == "end":
            raise self.bad("this block is not closed", piece.at)
        if close.text != "}":
            raise self.bad("a block on one line may have only one argument", close.at)
        self.emit("}", close.at)
        self.deeper(-1, close.at)

    def _single(self) -> None:
        """The one argument of `block { name = value }`."""
        name = self.next()
        if name.kind != "name" or self.peek().text != "=":
            raise self.bad("a block on one line may have only one argument", name.at)
        self.name(name.text, name.at, odd=name.text in KEYWORDS)
        self._argument()

    def _label(self, quote: Piece) -> str:
        run = texts.QUOTED.match(self.text, self.position)
        self.position = run.end() if run else self.position
        if not self.text.startswith('"', self.position):
            raise self.bad("a label must be a quoted string on one line, without templates", quote.at)
        self.position += 1
        return Template(self, '"').unquoted(run[0] if run else "", quote.at)

    def skip(self) -> bool:
        """Pass over the item that stands here, well formed or not; False where its end cannot be told."""
        depth, begun = 0, False
        while self.position < len(self.text):
            piece = self.raw()
            if piece is None:
                self.position += 1
                continue
            if piece.kind == "unclosed" or not self._skipped(piece):
                return False
            depth += (piece.text == "{") - (piece.text == "}")
            if depth <= 0 and (piece.text == "}" or (piece.kind == "newline" and begun)):
                return True
            begun = begun or piece.kind not in ("newline", "space", "comment")
        return False

    def _skipped(self, piece: Piece) -> bool:
        """Pass over what a quote or marker opens; False where it is broken itself."""
        self.strict = False
        try:
            if piece.kind == "quote":
                self.template('"', piece.at)
            elif piece.kind == "heredoc":
                self.template(piece.text[2:].lstrip("-").rstrip("\r\n"), piece.at)
        except Bad:
            return False
        finally:
            self.strict = True
        return True
