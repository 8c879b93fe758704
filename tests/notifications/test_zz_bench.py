import time, anyio, cProfile, pstats
from sqlalchemy import insert, text
from app.core.database import Database
from app.core.clock import now
from app.models import *
from app.models.notifications import *
from datetime import timedelta
from app.notifications.sender import Sender
from app.outbox.pacing import Wakeup
from tests.notifications.story import Story, Clock
from tests.push.recording import RecordingTransport
import structlog, logging

async def test_bench(database, factory, database_url, engine):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    worker = Database(database_url, durable=False)
    story = Story(worker, factory, RecordingTransport(), Clock(), await factory.mini_cluster())
    author = await story.person(); other = await story.person(device=False)
    N=600
    ideas=[await story.idea(author) for _ in range(N)]
    for i in ideas: await story.comment(i, other)
    t=time.perf_counter(); c=time.process_time()
    while await story.fan_out(): pass
    print(engine,"fanout", N/(time.perf_counter()-t), "cpu ms", 1e3*(time.process_time()-c)/N)
    t=time.perf_counter(); c=time.process_time()
    while await story.dispatch(): pass
    print(engine,"dispatch", N/(time.perf_counter()-t), "cpu ms", 1e3*(time.process_time()-c)/N)
    class T(RecordingTransport):
        async def send(self,m):
            await anyio.sleep(.02)
            return await super().send(m)
    tr=T()
    s=Sender(worker,tr,max_in_flight=16)
    stop,w=anyio.Event(),Wakeup()
    t=time.perf_counter(); c=time.process_time()
    async with anyio.create_task_group() as tg:
        tg.start_soon(s.run,stop,w)
        while len(tr.sent)<N: await anyio.sleep(.01)
        print(engine,"send", N/(time.perf_counter()-t), "cpu ms", 1e3*(time.process_time()-c)/N)
        stop.set(); w.set()
    await worker.aclose()
