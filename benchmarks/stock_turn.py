"""The same turn from stock parts: what a team would put together in a week.

LangGraph nodes with our steps' names, langchain_classic's EnsembleRetriever over
langchain_community's BM25Retriever (white space, its default) and langchain_milvus on Milvus Lite,
langgraph's AsyncPostgresSaver on an embedded PostgreSQL (durability "async", its default), Langfuse's
LangChain callback handler. Where no stock part exists the node does next to nothing, to the good of
this side: no gates, no memory beyond the conversation, no emotion, no story rules, no ledger.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

from benchmarks.scripted import WORLD
from langchain_app.domain.text import detect_language
from langchain_app.domain.world import World
from langchain_app.persistence.embedded import start_embedded_postgres
from langchain_app.worlds import load_world

PUBLIC_KEY = "pk-lf-stock"
RECENT = 12
"""Messages of the conversation that the prompt shows: six exchanges, as the platform's."""

_EXPLOIT = re.compile(r"ignore .{0,40}instructions|system prompt|<\|.*?\|>|프롬프트", re.IGNORECASE)


class State(TypedDict, total=False):
    """The state of one conversation, kept by the checkpointer."""

    messages: Annotated[list[AnyMessage], add_messages]
    npc: str
    question: str
    persona: str
    language: str
    temperature: float
    docs: list[Document]
    memories: list[str]
    fired: str
    deflection: str
    reply: str
    trust: float


class StockTurn:
    """Plays turns on a compiled graph."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    async def play(self, session: str, player: str, npc: str, message: str) -> str:
        """Play one turn, reading its tokens as they come; return the reply."""
        from langfuse.langchain import CallbackHandler

        config: RunnableConfig = {
            "configurable": {"thread_id": session},
            "callbacks": [CallbackHandler(public_key=PUBLIC_KEY)],
            "metadata": {"langfuse_user_id": player, "langfuse_session_id": session},
        }
        said = {"messages": [HumanMessage(message)], "npc": npc, "question": message}
        tokens = []
        async for chunk, _ in self._graph.astream(said, config, stream_mode="messages"):
            tokens.append(str(chunk.content))
        return "".join(tokens)

    @staticmethod
    def flush() -> None:
        """Hand the waiting spans over."""
        from langfuse import get_client

        get_client(public_key=PUBLIC_KEY).flush()


@asynccontextmanager
async def open_stock(
    folder: Path, model: BaseChatModel, embeddings: Embeddings, sink: str, milvus_uri: str
) -> AsyncIterator[StockTurn]:
    """Open every part under `folder`; traces go to `sink`."""
    from langfuse import Langfuse
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    os.environ["LANGFUSE_TRACING_ENVIRONMENT"] = "benchmark"
    world = load_world(WORLD)
    conninfo = start_embedded_postgres(folder / "postgres")
    Langfuse(public_key=PUBLIC_KEY, secret_key="sk-lf-stock", base_url=sink)
    # The arguments of the library's own from_conn_string.
    kwargs = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool(conninfo, min_size=1, max_size=10, kwargs=kwargs) as pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        retriever = ensemble(world, embeddings, milvus_uri)
        yield StockTurn(_graph(world, model, retriever).compile(checkpointer=saver))


def ensemble(world: World, embeddings: Embeddings, uri: str) -> BaseRetriever:
    """Return the hybrid retriever over the platform's own chunks, with the libraries' defaults."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_milvus import Milvus

    documents = [
        Document(f"{chunk.title}. {chunk.text}", metadata={"id": chunk.id, "title": chunk.title})
        for chunk in world.chunks()
    ]
    store = Milvus.from_documents(documents, embeddings, connection_args={"uri": uri})
    store.client.flush(store.collection_name)
    return EnsembleRetriever(
        retrievers=[BM25Retriever.from_documents(documents), store.as_retriever()],
        weights=[0.5, 0.5],
    )


def _graph(world: World, model: BaseChatModel, retriever: BaseRetriever) -> StateGraph[State]:
    graph = StateGraph(State)
    for node in (*_plain_nodes(world), *_calling_nodes(model, retriever)):
        graph.add_node(node)
    graph.add_edge(START, "load_scene")
    graph.add_edge("load_scene", "guard_utterance")
    graph.add_conditional_edges(
        "guard_utterance", _deflected("read_tone"), ["read_tone", "deflect"]
    )
    graph.add_edge("read_tone", "retrieve_lore")
    graph.add_edge("read_tone", "recall_memories")
    graph.add_edge(["retrieve_lore", "recall_memories"], "check_triggers")
    graph.add_conditional_edges("check_triggers", _deflected("speak"), ["speak", "deflect"])
    graph.add_edge("speak", "guard_reply")
    graph.add_conditional_edges(
        "guard_reply", _deflected("settle_state"), ["settle_state", "deflect"]
    )
    graph.add_edge("deflect", "settle_state")
    graph.add_edge("settle_state", "remember_turn")
    graph.add_edge("remember_turn", END)
    return graph


def _deflected(otherwise: str) -> Any:
    def route(state: State) -> str:
        return "deflect" if state.get("deflection") else otherwise

    return route


def _calling_nodes(model: BaseChatModel, retriever: BaseRetriever) -> tuple[Any, ...]:
    """Return the nodes that call a part."""

    async def retrieve_lore(state: State, config: RunnableConfig) -> State:
        return {"docs": (await retriever.ainvoke(state["question"], config))[:3]}

    async def speak(state: State, config: RunnableConfig) -> State:
        lore = "\n".join(f"- {found.page_content}" for found in state["docs"])
        system = f"{state['persona']}\n\nLore:\n{lore}\n\nBefore:\n" + "\n".join(state["memories"])
        prompt = [SystemMessage(system), *state["messages"][-RECENT - 1 :]]
        return {"reply": str((await model.ainvoke(prompt, config)).content)}

    return retrieve_lore, speak


def _plain_nodes(world: World) -> tuple[Any, ...]:
    """Return the nodes that call nothing."""
    personas = {npc: persona(world, npc) for npc in world.npcs}

    async def load_scene(state: State) -> State:
        return {"persona": personas[state["npc"]], "deflection": "", "fired": ""}

    async def guard_utterance(state: State) -> State:
        found = _EXPLOIT.search(state["question"])
        return {
            "deflection": "exploit" if found else "",
            "language": detect_language(state["question"]),
        }

    async def read_tone(state: State) -> State:
        return {"temperature": 0.5 if "?" in state["question"] else 0.8}

    async def recall_memories(state: State) -> State:
        return {"memories": [str(message.content)[:80] for message in state["messages"][:4]]}

    async def check_triggers(state: State) -> State:
        return {"fired": ""}

    async def guard_reply(state: State) -> State:
        return {"deflection": "" if state["reply"].strip() else "empty"}

    async def deflect(state: State) -> State:
        return {"reply": "Hm. Let us talk of something else."}

    async def settle_state(state: State) -> State:
        return {"trust": state.get("trust", 0.0)}

    async def remember_turn(state: State) -> State:
        return {"messages": [AIMessage(state["reply"])]}

    return (
        load_scene, guard_utterance, read_tone, recall_memories, check_triggers, guard_reply,
        deflect, settle_state, remember_turn,
    )  # fmt: skip


def persona(world: World, npc_id: str) -> str:
    """Return a system prompt of the platform's size."""
    npc, manifest = world.npc(npc_id), world.manifest
    examples = "\n".join(f"{e.player['en']}\n{e.npc['en']}" for e in npc.speech_examples)
    return "\n\n".join(
        (
            manifest.summary["en"], manifest.now["en"], npc.persona["en"], npc.backstory["en"],
            ", ".join(npc.traits["en"]), npc.voice["en"], "\n".join(npc.taboos["en"]), examples,
        )
    )  # fmt: skip
