"""Coaching: run small cohorts, and keep the evidence of what people put into practice."""

__version__ = "0.1.0"
