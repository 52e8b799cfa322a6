"""The bare receiver: the product's own subscription, with nothing behind it but a count."""

import asyncio
import sys
from pathlib import Path

from bench import mix
from bench.board import Board
from bench.child import asked_meanwhile, say
from bench.machine import calm_gc
from ingest.clock import SystemClock
from ingest.mqtt_address import MqttAddress
from ingest.ports import Batch
from ingest.source_mqtt import MqttSource, Sink


class CountingSink(Sink):
    """A sink that shows its count to the sender, so that the loop is closed."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board

    async def put(self, batch: Batch, /) -> None:
        await super().put(batch)
        self._board.received = self.received


async def main() -> None:
    board, clock = Board(Path(sys.argv[2])), SystemClock()
    address = MqttAddress(host="127.0.0.1", port=int(sys.argv[1]))
    source = MqttSource(address, mix.SITE, clock, epoch=str(clock.now()), client_id="bench-bare")
    calm_gc()
    sink = CountingSink(board)
    async with asyncio.TaskGroup() as tasks:
        receiving = tasks.create_task(source.run(sink))
        while not sink.received:  # its own birth
            await clock.sleep(0.01)
        say(ready=True)
        async for _ in asked_meanwhile():
            say(received=sink.received)
        receiving.cancel()


if __name__ == "__main__":
    asyncio.run(main())
