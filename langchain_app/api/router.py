"""All routes."""

from __future__ import annotations

from fastapi import APIRouter

from langchain_app.api.routes import chat, health, knowledge

router = APIRouter()
router.include_router(chat.router)
router.include_router(health.router)
router.include_router(knowledge.router)
