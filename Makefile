PYTHON ?= python3
PORT ?= 8501
export STREAMLIT_SERVER_PORT = $(PORT)

.PHONY: app bench test

app: .venv/app
	.venv/bin/streamlit run app.py

test: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m pytest -n 2 --dist loadfile

bench: .venv/dev
	.venv/bin/python -m benchmarks.activation_maximization

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/app: .venv/bin/python requirements.txt
	.venv/bin/python -m pip install -q -r requirements.txt
	touch $@

.venv/dev: .venv/bin/python requirements.txt requirements-dev.txt
	.venv/bin/python -m pip install -q -r requirements-dev.txt
	touch $@
