## In containers (docs/containers.md)

CONTAINERS := PYTHONPATH=deploy/local $(BIN)/python deploy/containers

.PHONY: images
images: setup ## build the services' images and say how big they are
	@deploy/containers/images.sh

.PHONY: up
up: setup ## start everything in containers (builds the images), wait until it serves, say where
	@$(CONTAINERS)/up.py

.PHONY: up-s3
up-s3: setup ## the same with three receivers behind a proxy, and a replicated bucket of their own (docs/scale.md)
	@$(CONTAINERS)/up.py --cluster

.PHONY: down
down: setup ## stop the containers; what was recorded stays
	@$(CONTAINERS)/down.py
