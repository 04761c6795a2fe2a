#!/usr/bin/env bash
# 在没有互联网的机器上安装：解开压缩包，以 root 运行 ./install.sh。重复运行是升级：配置和数据不动。
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ "$(id -u)" = 0 ] || { echo "请用 root 运行" >&2; exit 1; }
[ -x "$here/pugongying" ] || { echo "找不到程序文件 $here/pugongying：请在解开的目录里运行" >&2; exit 1; }

id pugongying >/dev/null 2>&1 || useradd --system --home-dir /var/lib/pugongying --shell /usr/sbin/nologin pugongying
install -d -m 750 -o pugongying -g pugongying /var/lib/pugongying
install -d -m 750 -o root -g pugongying /etc/pugongying
install -d -m 700 -o pugongying -g pugongying /etc/pugongying/secrets
# 先写新名字再改名：正在运行的程序不受影响。
install -m 755 "$here/pugongying" /usr/local/bin/pugongying.new
mv /usr/local/bin/pugongying.new /usr/local/bin/pugongying
[ -e /etc/pugongying/pugongying.yaml ] || install -m 640 -o root -g pugongying "$here/configs/pugongying.example.yaml" /etc/pugongying/pugongying.yaml
for unit in pugongying.service pugongying-backup.service pugongying-backup.timer pugongying-verify.service pugongying-verify.timer; do
  install -D -m 644 "$here/configs/$unit" "/etc/systemd/system/$unit"
done
install -d -m 700 -o pugongying -g pugongying /var/backups/pugongying
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart pugongying # 没在运行的，不动它
fi
cat <<'TEXT'
装好了。接下来：
  1. 改 /etc/pugongying/pugongying.yaml，把秘密写进 /etc/pugongying/secrets/（权限 600）
     chown -R pugongying: /etc/pugongying/secrets      # 程序不是用 root 跑的
  2. runuser -u pugongying -- pugongying key create /etc/pugongying/secrets/root.key，并另存一份离线的
  3. runuser -u pugongying -- pugongying doctor --config /etc/pugongying/pugongying.yaml，直到没有 ✗
  4. systemctl enable --now pugongying
  5. 照 README.zh-CN.md 的“备份”做一遍，systemctl enable --now pugongying-backup.timer pugongying-verify.timer
以后的命令都这样打：runuser -u pugongying -- pugongying 命令 --config /etc/pugongying/pugongying.yaml
TEXT
