"""A screen before a wall; it may be shown one server's wall after another's."""

import re
from typing import Any, ClassVar

from tests.e2e.visitor import FULL_HD, NOBODY_THERE, PATIENCE_MS, Visitor

ROOT = "document.querySelector('[data-root-id]').firstElementChild.shadowRoot"
LOG = f"""(selector) => {{
  const node = {ROOT}.querySelector(selector);
  window.logged = [];
  const note = () => {{
    const words = node.textContent.trim();
    if (window.logged.at(-1)?.[0] !== words) window.logged.push([words, Date.now()]);
  }};
  note();
  window.logging?.disconnect();
  window.logging = new MutationObserver(note);
  window.logging.observe(node, {{ characterData: true, childList: true, subtree: true }});
}}"""


class Television(Visitor):
    """`refused` are the addresses that it was not given. Its servers come and go."""

    screen: ClassVar[dict[str, Any]] = {"viewport": FULL_HD, "reduced_motion": "no-preference"}
    forgives = (NOBODY_THERE,)

    def __init__(self, browser: Any, **options: Any) -> None:
        super().__init__(browser, "", **options)
        self.refused: list[str] = []
        self.page = self.context.new_page()
        self.page.on("response", self._answered)

    def show(self, url: str) -> Any:
        """This wall, once it is live."""
        self.page.goto(url)
        self.page.wait_for_selector("[data-link=live] .row[data-queue]")
        return self.page

    def text(self, selector: str) -> str:
        found: str = self.page.locator(selector).first.inner_text()
        return found

    def waits_for(self, selector: str, words: str, within_ms: int = PATIENCE_MS) -> None:
        """Wait until an element says exactly this."""
        exact = re.compile(f"^{re.escape(words)}$")
        self.page.locator(selector).filter(has_text=exact).first.wait_for(timeout=within_ms)

    def log(self, selector: str) -> None:
        """From now on the page itself notes what stands there since when: so that nothing is missed,
        and no time is told, by whoever asks too late."""
        self.page.evaluate(LOG, selector)

    def logged(self, words: str) -> int:
        """When, by the machine's clock, these words came there; waits until they have."""
        said = "(words) => window.logged.find((each) => each[0] === words)"
        self.page.wait_for_function(said, arg=words)
        return int(self.page.evaluate(said, words)[1])

    def is_ours(self, url: str) -> bool:
        return bool(re.match(r"(http|ws)://127\.0\.0\.1[:/]", url)) or url.startswith("blob:")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self.refused.append(response.url)
