#!/usr/bin/env bash
# 为 compose.yaml 生成全部口令和密钥，放在 ./secrets（只有该读的读得了）。已经有的不动；以 root 在 compose.yaml 所在的目录运行。
# 程序要的几个放在 ./secrets/program，拷到 /etc/pugongying/secrets/。
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
[ "$(id -u)" = 0 ] || { echo "请用 root 运行" >&2; exit 1; }
umask 077
mkdir -p secrets/program secrets/s3-accounts media
random() { head -c "$1" /dev/urandom | base64 -w0 | tr '+/' '-_' | tr -d '='; }
# once 文件 命令…：还没有的才生成。
once() {
  local file=secrets/$1
  shift
  [ -e "$file" ] || { "$@" >"$file.new" && mv "$file.new" "$file"; }
}

keyfile() { head -c 600 /dev/urandom | base64 -w0; } # mongod 只认标准的 base64
once mongo-keyfile keyfile
once mongo-root-password random 24
once mongo-app-password random 24
once program/redis-password random 24
once s3-root-access-key random 15
once s3-root-secret-key random 30
once program/s3-access-key random 15
once program/s3-secret-key random 30
once program/mongo-uri printf 'mongodb://pugongying:%s@127.0.0.1:27017/pugongying?replicaSet=rs0' "$(cat secrets/mongo-app-password)"
once redis-users sed "s/SHA256/$(printf %s "$(cat secrets/program/redis-password)" | sha256sum | cut -d' ' -f1)/" redis-users.acl
once s3-accounts/users.json printf '{"accessAccounts":{"%s":{"access":"%s","secret":"%s","role":"userplus","userID":1000,"groupID":1000}}}' \
  "$(cat secrets/program/s3-access-key)" "$(cat secrets/program/s3-access-key)" "$(cat secrets/program/s3-secret-key)"

chown 999:999 secrets/mongo-* secrets/redis-users # 镜像里的 mongodb 和 redis 用户
chown -R 1000:1000 secrets/s3-accounts secrets/s3-root-* media
chmod 400 secrets/mongo-* secrets/redis-users secrets/s3-root-* secrets/program/*
chmod 711 secrets # 目录本身要让容器里的用户走得进去
echo "secrets/ 准备好了。接下来：docker compose up -d；再把 secrets/program/ 里的文件拷到 /etc/pugongying/secrets/"
