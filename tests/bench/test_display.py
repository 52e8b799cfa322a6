"""The bench's own display reads what a real gateway's library sends, and answers its pings."""

import asyncio

from websockets.asyncio.server import ServerConnection, serve

from bench.display import Display


async def test_every_message_comes_whole_whatever_its_size_and_pings_are_answered() -> None:
    said = [b"x" * size for size in (0, 1, 125, 126, 65_535, 65_536, 300_000)]

    async def speak(connection: ServerConnection) -> None:
        for message in said:
            await connection.send(message.decode())
            await (await connection.ping(b"still there?"))
        await connection.wait_closed()

    heard: list[bytes] = []
    async with serve(speak, "127.0.0.1", 0, compression=None) as server, asyncio.timeout(10):
        port = server.sockets[0].getsockname()[1]
        all_heard = asyncio.Event()

        def take(message: bytes) -> None:
            heard.append(message)
            if len(heard) == len(said):
                all_heard.set()

        display = Display(f"ws://127.0.0.1:{port}/feed?board=lobby", take)
        loop = asyncio.get_running_loop()
        wire, _ = await loop.create_connection(lambda: display, "127.0.0.1", port)
        await display.open
        await all_heard.wait()
        wire.close()
        assert isinstance(await asyncio.wait_for(_error(display.gone), 5), ConnectionError)
    assert heard == said


async def _error(waited: asyncio.Future[None]) -> BaseException | None:
    await asyncio.wait([waited])
    return waited.exception()
