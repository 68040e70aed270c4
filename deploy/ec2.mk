## On a server, over ssh (docs/ec2.md)

EC2 := PYTHONPATH=deploy/local:deploy/ec2/host $(BIN)/python deploy/ec2

.PHONY: deploy-ec2
deploy-ec2: setup ## bring what is here to EC2_HOST=user@host: prepare it, ship what it lacks, switch; SUPERVISION=systemd, SSH_OPTS=...
	@$(EC2)/deploy.py

.PHONY: rollback-ec2
rollback-ec2: setup ## have the version before serve again on EC2_HOST
	@$(EC2)/asking.py rollback

.PHONY: ec2-status
ec2-status: setup ## show what serves on EC2_HOST, the age of the latest reading, supervisorctl status
	@$(EC2)/asking.py status

.PHONY: ec2-logs
ec2-logs: setup ## show a log of EC2_HOST: SERVICE=receiver, LINES_SHOWN=100, FOLLOW=1
	@$(EC2)/asking.py logs

.PHONY: ec2-backup
ec2-backup: setup ## fetch the whole record of EC2_HOST into a new file, while it serves: FILE=...
	@$(EC2)/backup.py backup

.PHONY: ec2-copy
ec2-copy: setup ## copy the record of EC2_HOST out of its folder into a bucket: STORE_URL=s3://bucket/prefix
	@$(EC2)/copying.py

.PHONY: ec2-restore
ec2-restore: setup ## bring a backup into the empty store of EC2_HOST: FILE=..., MERGE=1 beside what is there
	@$(EC2)/backup.py restore
