{{/*
What each class of pods is told (attest.told) and which secrets it holds (attest.held): SEC-92 in one
place. Names are those of libs/runtime/src/config/settings.rs without ATTEST_; tests/chart compares.
*/}}

{{- define "attest.told" -}}
{{- $v := .root.Values -}}
{{- $serves := has .class (list "server" "worker") -}}
{{- if ne .class "migrate" }}
BASE_URL: {{ $v.baseUrl | quote }}
S3_ENDPOINT: {{ $v.s3.endpoint | quote }}
S3_REGION: {{ $v.s3.region | quote }}
S3_BUCKET: {{ $v.s3.bucket | quote }}
LOG: {{ $v.log.filter | quote }}
LOG_FORMAT: {{ $v.log.format | quote }}
{{- end }}
{{- if $serves }}
HEALTH_LISTEN: "0.0.0.0:8081"
STOP_SECONDS: {{ $v.stop.seconds | quote }}
DB_POOL: {{ $v.database.pool | quote }}
{{- with $v.otlp.endpoint }}
OTLP_ENDPOINT: {{ . | quote }}
{{- end }}
{{- if $v.policy }}
POLICY_FILE: /etc/attest/policy/policy.csv
{{- end }}
{{- end }}
{{- if eq .class "server" }}
LISTEN: "0.0.0.0:8080"
TENANT_HOSTS: {{ ternary "on" "off" $v.tenantHosts | quote }}
{{- with $v.proxies }}
PROXIES: {{ join "," . | quote }}
{{- end }}
LIMIT_REGISTER_PER_HOUR: {{ $v.limits.registerPerHour | quote }}
LIMIT_LOGIN_PER_ACCOUNT: {{ $v.limits.loginPerAccount | quote }}
LIMIT_LOGIN_PER_ADDRESS: {{ $v.limits.loginPerAddress | quote }}
LIMIT_UPLOAD_PER_HOUR: {{ $v.limits.uploadPerHour | quote }}
LIMIT_EXPORTS_PER_HOUR: {{ $v.limits.exportsPerHour | quote }}
UPLOAD_MAX_MB: {{ $v.limits.uploadMb | quote }}
{{- if $v.secrets.oidc }}
OIDC_FILE: /run/secrets/oidc/providers.json
OIDC_INNER: {{ ternary "on" "off" $v.oidc.inner | quote }}
{{- end }}
{{- end }}
{{- if has .class (list "worker" "verify") }}
SEAL_DAYS: {{ $v.s3.sealDays | quote }}
{{- with $v.s3.sealBucket }}
S3_SEAL_BUCKET: {{ . | quote }}
{{- end }}
{{- end }}
{{- if eq .class "worker" }}
MAIL_FROM: {{ $v.mail.from | quote }}
{{- if $v.clamav.enabled }}
CLAMAV: tcp://{{ include "attest.name" (dict "root" .root "part" "clamd") }}:3310
{{- else if $v.clamav.address }}
CLAMAV: {{ $v.clamav.address | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* SETTING: [Secret, key] */}}
{{- define "attest.held" -}}
{{- $s := .root.Values.secrets -}}
{{- if eq .class "migrate" }}
DB_MIGRATOR_URL: [{{ $s.database.migrator }}, url]
{{- else }}
LINK_KEY: [{{ $s.link }}, key]
S3_ACCESS_KEY: [{{ ternary $s.s3.worker $s.s3.server (has .class (list "worker" "verify")) }}, access-key]
S3_SECRET_KEY: [{{ ternary $s.s3.worker $s.s3.server (has .class (list "worker" "verify")) }}, secret-key]
{{- end }}
{{- if eq .class "server" }}
DB_TENANT_URL: [{{ $s.database.tenant }}, url]
DB_EXPERT_URL: [{{ $s.database.expert }}, url]
DB_OPERATOR_URL: [{{ $s.database.operator }}, url]
DB_PUBLIC_URL: [{{ $s.database.public }}, url]
REDIS_URL: [{{ $s.redis }}, url]
{{- end }}
{{- if has .class (list "server" "reference" "verify") }}
DB_ADMIN_URL: [{{ $s.database.admin }}, url]
DB_AUTH_URL: [{{ $s.database.auth }}, url]
{{- end }}
{{- if has .class (list "worker" "verify") }}
DB_WORKER_URL: [{{ $s.database.worker }}, url]
SEAL_KEY: [{{ $s.seal }}, key]
{{- end }}
{{- if eq .class "worker" }}
SMTP_URL: [{{ $s.mail }}, url]
{{- end }}
{{- end -}}

{{/* The environment of a class: a secret is a file's name there, never a value. */}}
{{- define "attest.env" -}}
{{- range $name, $value := fromYaml (include "attest.told" .) }}
- name: ATTEST_{{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $secret := fromYaml (include "attest.held" .) }}
- name: ATTEST_{{ $name }}_FILE
  value: /run/secrets/attest/{{ $name }}
{{- end }}
{{- if .root.Values.authorities.configMap }}
- name: SSL_CERT_FILE
  value: /etc/attest/authorities/bundle.pem
{{- end }}
{{- end -}}

{{- define "attest.mounts" -}}
- { name: temporary, mountPath: /tmp }
- { name: secrets-{{ .class }}, mountPath: /run/secrets/attest, readOnly: true }
{{- if .root.Values.database.authority.secret }}
- { name: database-authority, mountPath: /etc/attest/database, readOnly: true }
{{- end }}
{{- if and (eq .class "server") .root.Values.secrets.oidc }}
- { name: oidc, mountPath: /run/secrets/oidc, readOnly: true }
{{- end }}
{{- if and .root.Values.policy (has .class (list "server" "worker")) }}
- { name: policy, mountPath: /etc/attest/policy, readOnly: true }
{{- end }}
{{- if .root.Values.authorities.configMap }}
- { name: authorities, mountPath: /etc/attest/authorities, readOnly: true }
{{- end }}
{{- end -}}

{{/* One projected volume of a class's secrets. */}}
{{- define "attest.secrets" -}}
- name: secrets-{{ .class }}
  projected:
    defaultMode: 0440
    sources:
      {{- range $name, $secret := fromYaml (include "attest.held" .) }}
      - secret: { name: {{ first $secret }}, items: [{ key: {{ last $secret }}, path: {{ $name }} }] }
      {{- end }}
{{- end -}}

{{/* The volumes of a pod whose containers are of these classes. */}}
{{- define "attest.volumes" -}}
{{- $root := .root -}}
- name: temporary
  emptyDir: { sizeLimit: {{ .temporary }} }
{{- range .classes }}
{{ include "attest.secrets" (dict "root" $root "class" .) }}
{{- end }}
{{- with .root.Values.database.authority }}
{{- if .secret }}
- name: database-authority
  secret: { secretName: {{ .secret }}, defaultMode: 0440, items: [{ key: {{ .key }}, path: ca.crt }] }
{{- end }}
{{- end }}
{{- if and (has "server" .classes) .root.Values.secrets.oidc }}
- name: oidc
  secret: { secretName: {{ .root.Values.secrets.oidc }}, defaultMode: 0440 }
{{- end }}
{{- if and .root.Values.policy (or (has "server" .classes) (has "worker" .classes)) }}
- name: policy
  configMap: { name: {{ include "attest.name" (dict "root" .root "part" "policy") }} }
{{- end }}
{{- with .root.Values.authorities }}
{{- if .configMap }}
- name: authorities
  configMap: { name: {{ .configMap }}, items: [{ key: {{ .key }}, path: bundle.pem }] }
{{- end }}
{{- end }}
{{- end -}}
