"""All routes."""

from __future__ import annotations

from fastapi import APIRouter

from langchain_app.api.routes import chat, events, health, knowledge, players, seed

router = APIRouter()
router.include_router(chat.router)
router.include_router(events.router)
router.include_router(health.router)
router.include_router(players.router)
router.include_router(knowledge.router)
router.include_router(seed.router)
