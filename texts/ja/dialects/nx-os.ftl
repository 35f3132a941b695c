# NX-OS。
-device = スイッチ
