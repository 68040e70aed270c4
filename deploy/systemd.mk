## On this machine as systemd services, without Docker (docs/systemd.md)

# Not the first Python of whoever calls: one that a service can see.
SYSTEM_PYTHON = $(if $(filter file default,$(origin PYTHON)),/usr/bin/python3,$(PYTHON))

.PHONY: install-systemd
install-systemd: ## install hardened systemd services, no Docker (root); DESTDIR= SERVICES= ...
	@$(SYSTEM_PYTHON) deploy/systemd/install.py install

.PHONY: uninstall-systemd
uninstall-systemd: ## remove them; settings, keys and record stay
	@$(SYSTEM_PYTHON) deploy/systemd/install.py uninstall
