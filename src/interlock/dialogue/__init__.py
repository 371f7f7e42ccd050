"""Dialogue: what is a model asked, and what is made of its answer?"""
