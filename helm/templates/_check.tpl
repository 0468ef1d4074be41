{{/*
What a schema cannot say: values that are missing, or do not fit together. All mistakes are named at once,
as the programs name theirs.
*/}}
{{- define "attest.check" -}}
{{- $v := .Values -}}
{{- $wrong := list -}}
{{- if not (regexMatch "^https://[^/:@?#]+(:[0-9]+)?$" $v.baseUrl) -}}
{{- $wrong = append $wrong "baseUrl: нужен адрес вида https://имя, без пути: по нему систему открывают люди, и с него начинаются ссылки в письмах" -}}
{{- end -}}
{{- range $name, $image := dict "images.server" $v.images.server "images.worker" $v.images.worker "clamav.image" $v.clamav.image -}}
{{- if not $image.repository -}}
{{- $wrong = append $wrong (printf "%s.repository: скажите, где лежит образ, собранный deploy/Containerfile" $name) -}}
{{- end -}}
{{- if eq $image.tag "latest" -}}
{{- $wrong = append $wrong (printf "%s.tag: latest не версия, к ней нельзя вернуться; назовите метку или digest" $name) -}}
{{- end -}}
{{- end -}}
{{- if not $v.s3.endpoint -}}
{{- $wrong = append $wrong "s3.endpoint: скажите адрес хранилища документов" -}}
{{- end -}}
{{- if not $v.mail.from -}}
{{- $wrong = append $wrong "mail.from: скажите отправителя писем: Аттестация <noreply@attest.example.ru>" -}}
{{- end -}}
{{- if and $v.otlp.endpoint (not (regexMatch "^http://[^/@]+:[0-9]+/?$" $v.otlp.endpoint)) -}}
{{- $wrong = append $wrong "otlp.endpoint: нужен адрес вида http://сервер:4317 (gRPC)" -}}
{{- end -}}
{{- if and $v.clamav.enabled $v.clamav.address -}}
{{- $wrong = append $wrong "clamav: либо свой (enabled), либо чужой (address), не оба" -}}
{{- end -}}
{{- if and $v.clamav.address (not (regexMatch "^tcp://[^/@:]+:[0-9]+$" $v.clamav.address)) -}}
{{- $wrong = append $wrong "clamav.address: нужен адрес вида tcp://имя:3310" -}}
{{- end -}}
{{- with $v.server.autoscaling -}}
{{- if and .enabled (gt (int .min) (int .max)) -}}
{{- $wrong = append $wrong (printf "server.autoscaling: наименьшее (min %d) больше наибольшего (max %d)" (int .min) (int .max)) -}}
{{- end -}}
{{- end -}}
{{- $wrong = concat $wrong (fromJsonArray (include "attest.wrongSecrets" .)) -}}
{{- $wrong = concat $wrong (fromJsonArray (include "attest.wrongConnections" .)) -}}
{{- if $v.network.enabled -}}
{{- $wrong = concat $wrong (fromJsonArray (include "attest.wrongNetwork" .)) -}}
{{- end -}}
{{- if $wrong -}}
{{- fail (printf "\nЗначения не подходят:\n- %s\n" (join "\n- " $wrong)) -}}
{{- end -}}
{{- end -}}

{{/* One Secret for two classes would give each the other's. */}}
{{- define "attest.wrongSecrets" -}}
{{- $s := .Values.secrets -}}
{{- $wrong := list -}}
{{- $seen := dict -}}
{{- $all := dict "s3.server" $s.s3.server "s3.worker" $s.s3.worker "redis" $s.redis "mail" $s.mail "link" $s.link "seal" $s.seal -}}
{{- range $role, $name := $s.database -}}
{{- $all = set $all (printf "database.%s" $role) $name -}}
{{- end -}}
{{- if $s.oidc -}}
{{- $all = set $all "oidc" $s.oidc -}}
{{- end -}}
{{- range $what, $name := $all -}}
{{- if hasKey $seen $name -}}
{{- $wrong = append $wrong (printf "secrets.%s и secrets.%s – один и тот же Secret «%s»: у каждого класса подов свой, иначе он узнаёт чужое" (get $seen $name) $what $name) -}}
{{- end -}}
{{- $seen = set $seen $name $what -}}
{{- end -}}
{{- toJson $wrong -}}
{{- end -}}

{{/* The most the pods could open while a new version comes in beside the old one. */}}
{{- define "attest.wrongConnections" -}}
{{- $v := .Values -}}
{{- $pool := int $v.database.pool -}}
{{- $servers := add 1 (ternary $v.server.autoscaling.max $v.server.replicas $v.server.autoscaling.enabled) -}}
{{- $workers := add 1 $v.worker.replicas -}}
{{- $most := add (mul $servers 6 $pool) (mul $workers (add $pool 1)) 12 -}}
{{- if gt (int $most) (int $v.database.connections) -}}
{{- list (printf "database.connections: %d мало. Подов сервера до %d по 6 × %d, фоновых до %d по %d + 1, проверке 12: вместе %d. Уменьшите database.pool или число подов, или дайте PostgreSQL больше" (int $v.database.connections) $servers $pool $workers $pool $most) | toJson -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

{{- define "attest.wrongNetwork" -}}
{{- $n := .Values.network -}}
{{- $wrong := list -}}
{{- $asked := dict "database" "PostgreSQL" "redis" "Redis" "s3" "хранилище документов" "mail" "почтовый сервер" "dns" "DNS" -}}
{{- if .Values.clamav.address -}}{{- $asked = set $asked "clamd" "clamd" -}}{{- end -}}
{{- if .Values.clamav.enabled -}}{{- $asked = set $asked "mirror" "зеркало подписей ClamAV" -}}{{- end -}}
{{- if .Values.otlp.endpoint -}}{{- $asked = set $asked "otlp" "сборщик OpenTelemetry" -}}{{- end -}}
{{- if .Values.secrets.oidc -}}{{- $asked = set $asked "oidc" "поставщики входа" -}}{{- end -}}
{{- range $name, $what := $asked -}}
{{- if not (get $n $name).to -}}
{{- $wrong = append $wrong (printf "network.%s.to: скажите, где %s, иначе поды туда не попадут" $name $what) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not $n.ingress.from) -}}
{{- $wrong = append $wrong "network.ingress.from: скажите, где контроллер Ingress, иначе сервер никто не откроет" -}}
{{- end -}}
{{- range $name, $side := omit $n "enabled" -}}
{{- range $peer := concat ($side.to | default list) ($side.from | default list) -}}
{{- $cidr := dig "ipBlock" "cidr" "" $peer -}}
{{- if $cidr -}}
{{- if eq (include "attest.metadataInside" $cidr) "yes" -}}
{{- $wrong = append $wrong (printf "network.%s: сеть %s открывает адрес метаданных облака (169.254.169.254); назовите сеть уже, а для интернета – 0.0.0.0/0" $name $cidr) -}}
{{- end -}}
{{- else if not (or (dig "podSelector" dict $peer) (dig "namespaceSelector" dict $peer)) -}}
{{- $wrong = append $wrong (printf "network.%s: пустой отбор – это весь кластер; назовите пространство имён, поды или сеть" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $wrong -}}
{{- end -}}

{{/*
Whether a network has the address of a cloud's metadata in it. 0.0.0.0/0 and ::/0 are written without it
(attest.peers); of link-local addresses only that of a node's DNS cache may be named.
*/}}
{{- define "attest.metadataInside" -}}
{{- $bits := splitList "/" . | last | int -}}
{{- if has . (list "0.0.0.0/0" "::/0" "169.254.20.10/32") -}}
{{- else if contains ":" . -}}
{{- if or (lt $bits 32) (hasPrefix "fe80:" (lower .)) (hasPrefix "fd00:ec2:" (lower .)) -}}yes{{- end -}}
{{- else if or (lt $bits 8) (hasPrefix "169.254." .) (and (hasPrefix "169." .) (lt $bits 16)) -}}yes
{{- end -}}
{{- end -}}
