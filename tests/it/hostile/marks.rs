//! The other municipality: the ids attackers know of it, the marks planted in it, and its
//! fingerprint.

use std::collections::BTreeMap;

use domain::actor::Actor;
use tests::{Login, Session, World};
use uuid::Uuid;

use crate::seed::Full;

/// What is planted in the other municipality: in what is submitted, in what tells who somebody
/// is, and in what nobody but its owner reads.
const CASE: &str = "ЧужоеДело";
const PERSON: &str = "chuzhoiadres";
const SECRET: &str = "ЧужаяТайна";

/// The ids the attacks name, and whose they are.
pub async fn ids(world: &World, own: &Full, foreign: &Full) -> BTreeMap<String, String> {
    let mut sql = world.superuser().await;
    let mut ids = BTreeMap::new();
    // The own last: what a session of the harness said last is seen by others of its login.
    for (whose, town) in [("their", foreign), ("my", own)] {
        let submitted = town.town.submitted(&town.town.teacher().await).await;
        let operators = town
            .town
            .submitted_by(&town.town.teacher().await, "simplified")
            .await;
        let draft = town.town.draft(&town.town.teacher().await).await;
        let (tenant, account) = (town.town.id, town.teacher.account.0);
        let mut keep = |name: &str, value: String| ids.insert(format!("{whose}_{name}"), value);
        keep("tenant", tenant.to_string());
        keep("account", account.to_string());
        keep("login", town.teacher.login.clone());
        keep("membership", town.teacher.membership.to_string());
        keep(
            "organisation",
            town.teacher.organisation.unwrap().to_string(),
        );
        keep("expert", town.expert.membership.to_string());
        keep("expert_account", town.expert.account.0.to_string());
        keep(
            "coordinator_account",
            town.coordinator.account.0.to_string(),
        );
        keep("submitted", submitted.id.to_string());
        keep("operators", operators.id.to_string());
        keep("draft", draft.id.to_string());
        for (name, of) in [
            (
                "application",
                "id::text FROM app.application WHERE status = 'registered' AND",
            ),
            (
                "public",
                "public_id::text FROM app.application WHERE status = 'registered' AND",
            ),
            ("card", "id::text FROM app.card WHERE"),
            ("card_public", "public_id::text FROM app.card WHERE"),
            ("file", "id::text FROM app.file WHERE"),
            ("request", "id::text FROM app.organisation_request WHERE"),
            ("invitation", "id::text FROM app.invitation WHERE"),
            ("transfer", "id::text FROM app.transfer WHERE"),
        ] {
            let query = format!("SELECT {of} tenant_id = {tenant} ORDER BY id LIMIT 1");
            keep(name, sql.value(&query).await.unwrap());
        }
    }
    ids.insert("my_missing".to_owned(), "999999999".to_owned());
    ids
}

/// Ids that nobody has, in the place of the other municipality's.
pub fn nobodys(ids: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    ids.iter()
        .map(|(name, id)| {
            let other = match id.len() {
                _ if !name.starts_with("their_") || name == "their_tenant" => id.clone(),
                36 => Uuid::now_v7().to_string(),
                _ if name == "their_login" => "nobodyatall1".to_owned(),
                _ => "999999999".to_owned(),
            };
            (name.clone(), other)
        })
        .collect()
}

/// Plants the marks in the other municipality.
pub async fn mark(sql: &mut Session, foreign: &Full) {
    let tenant = foreign.town.id;
    let people = format!("(SELECT account_id FROM app.membership WHERE tenant_id = {tenant})");
    sql.script(&format!(
        "UPDATE app.membership SET surname = '{CASE}', phone = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.application SET surname = '{CASE}', rejection = '{CASE}' WHERE tenant_id = {tenant} AND submitted_at IS NOT NULL;
         UPDATE app.application SET surname = '{SECRET}' WHERE tenant_id = {tenant} AND submitted_at IS NULL;
         UPDATE app.card SET education = '{SECRET}' WHERE tenant_id = {tenant};
         UPDATE app.organisation_request SET name = '{SECRET}' WHERE tenant_id = {tenant};
         UPDATE app.file SET name = '{CASE}', s3_key = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.attachment SET caption = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.withdrawal SET reason = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.conclusion SET reason = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.application_flag SET words = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.gap_request SET comment = '{CASE}', answer = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.assignment SET expert_name = '{CASE}' WHERE tenant_id = {tenant};
         SET session_replication_role = replica;
         UPDATE app.document_view SET organisation = '{CASE}' WHERE tenant_id = {tenant};
         SET session_replication_role = origin;
         UPDATE app.transfer SET name = '{CASE}', reason = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.registration SET person = '{CASE}' WHERE tenant_id = {tenant};
         UPDATE app.invitation SET email = '{PERSON}@example.test' WHERE tenant_id = {tenant};
         UPDATE app.account SET email = '{PERSON}' || id || '@example.test', password_phc = '{SECRET}' WHERE id IN {people};
         INSERT INTO app.application_event (tenant_id, application_id, role, act, words)
           SELECT tenant_id, id, 'worker', 'test.mark', '{CASE}' FROM app.application
           WHERE tenant_id = {tenant} AND submitted_at IS NOT NULL;"
    ))
    .await;
}

/// Everything of the other municipality and of its people, and what belongs to the region and
/// no attack may change: one digest a table.
pub async fn fingerprint(sql: &mut Session, tenant: i32) -> BTreeMap<String, String> {
    let people = format!("(SELECT account_id FROM app.membership WHERE tenant_id = {tenant})");
    let tables: Vec<String> = sql
        .list("SELECT relname::text FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'")
        .await;
    let of_tenants: Vec<String> = sql
        .list("SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'tenant_id' AND attnum > 0")
        .await;
    let mut digests = BTreeMap::new();
    for table in tables {
        let these = if of_tenants
            .iter()
            .any(|of| of.trim_start_matches("app.") == table)
        {
            format!("tenant_id = {tenant}")
        } else {
            match table.as_str() {
                "account" => format!("id IN {people}"),
                "account_token" | "account_letter" | "consent" | "identity" | "passkey"
                | "saved_view" | "second_factor" | "upload" => {
                    format!("account_id IN {people}")
                }
                _ => "true".to_owned(),
            }
        };
        let digest = sql
            .value(&format!(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') \
                 FROM app.{table} t WHERE {these}"
            ))
            .await
            .unwrap();
        digests.insert(table, digest);
    }
    digests
}

/// What may not stand in an answer to this login: the marks it has no business with, and the
/// public ids of the other municipality. What is readable by design: operators, everything
/// submitted; the worker, letters and addresses of everybody; administrators, the exports.
pub async fn forbidden(sql: &mut Session, login: Login, tenant: i32) -> Vec<String> {
    let marks: &[&str] = match login {
        Login::Operator => &[SECRET],
        Login::Worker => &[CASE, SECRET],
        _ => &[CASE, PERSON, SECRET],
    };
    let mut words: Vec<String> = marks.iter().map(|&mark| mark.to_owned()).collect();
    let tables: Vec<String> = sql
        .list("SELECT relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
               JOIN pg_attribute p ON p.attrelid = c.oid AND p.attname = 'public_id'
               WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'")
        .await;
    for table in tables {
        let open = match login {
            Login::Operator => {
                !["card", "organisation_request", "municipality_export"].contains(&table.as_str())
            }
            Login::Worker => ["letter", "organisation"].contains(&table.as_str()),
            Login::Admin => ["municipality_export", "organisation"].contains(&table.as_str()),
            _ => table == "organisation",
        };
        if !open {
            let query =
                format!("SELECT public_id::text FROM app.{table} WHERE tenant_id = {tenant}");
            words.extend(sql.list::<String>(&query).await);
        }
    }
    words
}

/// The context of a person, and the other municipality's number for statements in a string.
pub fn context(actor: Option<&Actor>, tenant: i32, their: i32) -> String {
    let mut keys = vec![("their.tenant", their.to_string())];
    match actor {
        Some(actor) => keys.extend([
            ("app.tenant", tenant.to_string()),
            ("app.account", actor.account.0.to_string()),
            ("app.membership", actor.membership.to_string()),
            (
                "app.organisation",
                actor
                    .organisation
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
            ),
            ("app.role", actor.role.code().to_owned()),
        ]),
        None => keys.extend([
            ("app.tenant", tenant.to_string()),
            ("app.role", "worker".to_owned()),
        ]),
    }
    let set = keys
        .iter()
        .map(|(key, value)| format!("set_config('{key}', '{value}', false)"));
    format!("SELECT {};", set.collect::<Vec<_>>().join(", "))
}
