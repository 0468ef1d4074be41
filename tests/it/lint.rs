//! The catalogue lint (04 A5, SEC-02): what a migration may not leave behind. Every query has
//! a fixture that breaks its rule and is rolled back: a lint that never fires proves nothing.

use std::collections::BTreeSet;

use tests::{Session, World};

struct Lint {
    rule: &'static str,
    /// One text column, a row for each offender.
    query: &'static str,
    /// Offenders that are right as they are. Each must still be found.
    allowed: &'static [&'static str],
    /// Breaks the rule.
    fixture: &'static str,
    /// The offender the fixture makes.
    fires: &'static str,
}

const LINTS: &[Lint] = &[
    Lint {
        rule: "L1 every table has row-level security, enabled and forced",
        query: "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace
                AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
        allowed: &[],
        fixture: "ALTER TABLE app.card NO FORCE ROW LEVEL SECURITY",
        fires: "card",
    },
    Lint {
        rule: "L2 tenant_id is never null",
        query: "SELECT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p') AND attname = 'tenant_id'
                AND NOT attnotnull",
        // The audit is also of acts outside any municipality.
        allowed: &["audit_event"],
        fixture: "CREATE TABLE app.loose (tenant_id int)",
        fires: "loose",
    },
    Lint {
        rule: "L3 foreign keys between tenant tables pair the tenants",
        query: "SELECT con.conrelid::regclass || ' ' || con.conname FROM pg_constraint con
                WHERE con.contype = 'f' AND con.connamespace = 'app'::regnamespace
                AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = con.confrelid AND attname = 'tenant_id' AND attnotnull)
                AND NOT EXISTS (SELECT FROM unnest(con.conkey, con.confkey) k(a, b)
                  JOIN pg_attribute x ON x.attrelid = con.conrelid AND x.attnum = k.a
                  JOIN pg_attribute y ON y.attrelid = con.confrelid AND y.attnum = k.b
                  WHERE x.attname = 'tenant_id' AND y.attname = 'tenant_id')",
        // The expert may be of another municipality (R-SCH-2): its own tenant is in the key.
        allowed: &["app.assignment assignment_expert_tenant_id_expert_membership_id_expert_ac_fkey"],
        fixture: "ALTER TABLE app.application_flag ADD CONSTRAINT loose FOREIGN KEY (application_id)
                  REFERENCES app.application (id)",
        fires: "app.application_flag loose",
    },
    Lint {
        rule: "L4 unique keys of tenant tables tell nothing of other tenants",
        query: "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                WHERE c.relnamespace = 'app'::regnamespace AND i.indisunique
                AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id' AND attnotnull)
                AND NOT EXISTS (SELECT FROM unnest(i.indkey::int[]) k
                  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k
                  WHERE a.attname IN ('tenant_id', 'id', 'public_id', 'token_sha256'))",
        // No runtime role may insert there, so nobody can probe.
        allowed: &["app.registration_line", "app.registration_number"],
        fixture: "CREATE UNIQUE INDEX oracle ON app.membership (phone)",
        fires: "app.oracle",
    },
    Lint {
        rule: "L5 views act as whoever asks; no materialised views",
        query: "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace
                AND ((c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false))
                  OR c.relkind = 'm')",
        allowed: &[],
        fixture: "CREATE VIEW app.peek AS SELECT * FROM app.card",
        fires: "app.peek",
    },
    Lint {
        rule: "L6 definer functions fix their search path and have an owner of their own",
        query: "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
                WHERE p.prosecdef AND p.pronamespace = 'app'::regnamespace
                AND (NOT EXISTS (SELECT FROM unnest(p.proconfig) g WHERE g LIKE 'search_path=%pg_temp')
                  OR r.rolsuper OR r.rolbypassrls OR r.rolname NOT IN ('attest_definer', 'attest_mover')
                  OR has_function_privilege('public', p.oid, 'EXECUTE'))",
        allowed: &[],
        fixture: "CREATE FUNCTION app.leak() RETURNS bigint LANGUAGE sql SECURITY DEFINER
                  AS 'SELECT count(*) FROM app.card'",
        fires: "app.leak()",
    },
    Lint {
        rule: "L7 runtime roles have no powers and no memberships",
        query: "SELECT rolname::text FROM pg_roles WHERE rolname ~ '^attest_' AND rolcanlogin
                AND rolname NOT IN ('attest_migrator', 'attest_backup')
                AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
                  OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = pg_roles.oid))",
        allowed: &[],
        fixture: "GRANT attest_operator TO attest_tenant",
        fires: "attest_tenant",
    },
    Lint {
        rule: "L8 nobody may truncate, refer or set triggers",
        query: "SELECT c.relname || ' ' || x.grantee::regrole || ' ' || x.privilege_type
                FROM pg_class c, aclexplode(c.relacl) x WHERE c.relnamespace = 'app'::regnamespace
                AND x.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
                AND x.grantee <> 'attest_owner'::regrole",
        allowed: &[],
        fixture: "GRANT TRUNCATE ON app.card TO attest_tenant",
        fires: "card attest_tenant TRUNCATE",
    },
    Lint {
        rule: "L9 no policy is for everybody",
        query: "SELECT polrelid::regclass || ' ' || polname FROM pg_policy WHERE 0 = ANY (polroles)",
        allowed: &[],
        fixture: "CREATE POLICY anybody ON app.card FOR SELECT USING (true)",
        fires: "app.card anybody",
    },
    Lint {
        rule: "L10 one permissive policy for a role and command",
        query: "SELECT polrelid::regclass || ' ' || r::regrole || ' ' || c FROM pg_policy, unnest(polroles) r,
                unnest(CASE polcmd WHEN '*' THEN ARRAY['r', 'a', 'w', 'd'] ELSE ARRAY[polcmd::text] END) c
                WHERE polpermissive GROUP BY polrelid, r, c HAVING count(*) > 1",
        allowed: &[],
        fixture: "CREATE POLICY second ON app.card FOR SELECT TO attest_tenant USING (false)",
        fires: "app.card attest_tenant r",
    },
    Lint {
        rule: "L11 policies read the context in scalar sub-selects",
        query: "SELECT polrelid::regclass || ' ' || polname FROM pg_policy
                WHERE regexp_replace(coalesce(pg_get_expr(polqual, polrelid), '')
                    || coalesce(pg_get_expr(polwithcheck, polrelid), ''),
                  '\\( SELECT \\(?[^()]*(app\\.)?(ctx_[a-z]+|my_assigned)\\(\\)[^()]*\\)?[^()]*\\)', '', 'g')
                  ~ '(ctx_[a-z]+|my_assigned|current_setting)\\('",
        allowed: &[],
        fixture: "ALTER POLICY teacher_own ON app.card USING (tenant_id = app.ctx_tenant())",
        fires: "app.card teacher_own",
    },
    Lint {
        rule: "L12 nobody may write who owns a row, or what the triggers decide",
        query: "SELECT c.relname || '.' || a.attname || ' ' || r.rolname FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid
                  AND a.attname IN ('tenant_id', 'id', 'public_id', 'account_id', 'route', 'submitted_at', 'due_on')
                CROSS JOIN pg_roles r WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p')
                AND r.rolname ~ '^attest_' AND r.rolcanlogin AND NOT r.rolsuper
                AND has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE')",
        allowed: &[],
        fixture: "GRANT UPDATE (route) ON app.application TO attest_tenant",
        fires: "application.route attest_tenant",
    },
    Lint {
        rule: "L13 keys under row-level security compare by leakproof operators",
        query: "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                WHERE c.relnamespace = 'app'::regnamespace AND c.relrowsecurity AND (i.indexprs IS NOT NULL
                  OR EXISTS (SELECT FROM unnest((i.indkey::int[])[0:i.indnkeyatts - 1]) k
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k JOIN pg_type t ON t.oid = a.atttypid
                    WHERE t.typtype = 'e' OR t.typname IN ('numeric', 'jsonb', 'tsvector') OR t.typcategory = 'A'))",
        // Words are read by the definers of the search alone, whose policy asks nothing of the
        // row (04 A4); `transfer_list` asks whether a text is equal, which is leakproof; the keys
        // of numbers are a date and a number chosen by CASE, which leaks nothing either; the
        // others refuse rows and no list walks them.
        allowed: &[
            "app.application_number",
            "app.application_region_number",
            "app.application_search",
            "app.membership_one",
            "app.membership_search",
            "app.organisation_search",
            "app.period_windows_apart",
            "app.transfer_list",
        ],
        fixture: "CREATE INDEX lowered ON app.membership (tenant_id, lower(surname))",
        fires: "app.lowered",
    },
    Lint {
        rule: "L14 the owner owns everything",
        query: "SELECT c.relname || ' ' || c.relowner::regrole FROM pg_class c
                WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
                AND c.relowner <> 'attest_owner'::regrole",
        allowed: &[],
        fixture: "CREATE TABLE app.stray (); ALTER TABLE app.stray OWNER TO attest_definer",
        fires: "stray attest_definer",
    },
    Lint {
        rule: "L15 runtime roles create nothing, not even temporary tables",
        query: "SELECT r.rolname || ' ' || n.nspname FROM pg_roles r, pg_namespace n
                WHERE r.rolname ~ '^attest_' AND r.rolcanlogin AND r.rolname <> 'attest_migrator'
                AND n.nspname !~ '^pg_' AND has_schema_privilege(r.oid, n.oid, 'CREATE')
                UNION ALL SELECT r.rolname || ' TEMP' FROM pg_roles r WHERE r.rolname ~ '^attest_' AND r.rolcanlogin
                AND has_database_privilege(r.oid, current_database(), 'TEMP')",
        allowed: &[],
        fixture: "GRANT CREATE ON SCHEMA app TO attest_worker",
        fires: "attest_worker app",
    },
    Lint {
        rule: "L16 composite keys can be deferred, for moves",
        query: "SELECT con.conrelid::regclass || ' ' || con.conname FROM pg_constraint con
                WHERE con.contype = 'f' AND con.connamespace = 'app'::regnamespace AND NOT con.condeferrable
                AND EXISTS (SELECT FROM unnest(con.conkey) k JOIN pg_attribute a ON a.attrelid = con.conrelid
                  AND a.attnum = k WHERE a.attname IN ('tenant_id', 'expert_tenant_id'))
                AND cardinality(con.conkey) > 1",
        allowed: &[],
        fixture: "ALTER TABLE app.application_flag ADD CONSTRAINT stiff FOREIGN KEY (tenant_id, application_id)
                  REFERENCES app.application (tenant_id, id)",
        fires: "app.application_flag stiff",
    },
    Lint {
        rule: "L17 nothing is deleted or changed in cascades",
        query: "SELECT con.conrelid::regclass || ' ' || con.conname FROM pg_constraint con
                WHERE con.contype = 'f' AND con.connamespace = 'app'::regnamespace
                AND (con.confdeltype NOT IN ('a', 'r') OR con.confupdtype NOT IN ('a', 'r'))",
        allowed: &[],
        fixture: "ALTER TABLE app.application_flag ADD CONSTRAINT falling FOREIGN KEY (tenant_id, application_id)
                  REFERENCES app.application (tenant_id, id) ON DELETE CASCADE",
        fires: "app.application_flag falling",
    },
    Lint {
        rule: "L18 states are text with a CHECK, not an enum",
        query: "SELECT t.typname::text FROM pg_type t WHERE t.typnamespace = 'app'::regnamespace AND t.typtype = 'e'",
        allowed: &[],
        fixture: "CREATE TYPE app.mood AS ENUM ('good')",
        fires: "mood",
    },
    Lint {
        rule: "L19 no policy asks whether somebody is an administrator",
        query: "SELECT polrelid::regclass || ' ' || polname FROM pg_policy
                WHERE pg_get_expr(polqual, polrelid) ~* 'is_?(admin|operator)|bypass'",
        allowed: &[],
        fixture: "CREATE FUNCTION app.is_admin() RETURNS boolean LANGUAGE sql AS 'SELECT true';
                  ALTER POLICY teacher_own ON app.card USING ((SELECT app.is_admin()))",
        fires: "app.card teacher_own",
    },
    Lint {
        rule: "L20 only the mover writes tenants",
        query: "SELECT c.relname || ' ' || g.grantee::regrole FROM pg_attribute a
                JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) g
                WHERE c.relnamespace = 'app'::regnamespace AND a.attname = 'tenant_id' AND g.privilege_type = 'UPDATE'
                AND g.grantee <> 'attest_mover'::regrole",
        allowed: &[],
        fixture: "GRANT UPDATE (tenant_id) ON app.card TO attest_definer",
        fires: "card attest_definer",
    },
    Lint {
        rule: "L23 the mover's doors are these, for these callers",
        query: "SELECT p.oid::regprocedure || ' ' || g.grantee::regrole
                FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                WHERE p.pronamespace = 'app'::regnamespace AND p.proowner = 'attest_mover'::regrole
                AND g.grantee <> p.proowner",
        allowed: &[
            "app.agree_transfer(integer,bigint,integer,bigint) attest_tenant",
            "app.ask_transfer(uuid,text,bigint,integer,text) attest_tenant",
            "app.close_transfer(integer,bigint,integer,text,text) attest_tenant",
            "app.delete_registration() attest_auth",
            "app.deletion_in_hand() attest_auth",
            "app.destroy_due(integer,integer) attest_worker",
            "app.erase_own() attest_auth",
            "app.merge_municipality(text,text,boolean) attest_migrator",
            "app.move_own(integer,bigint) attest_tenant",
            "app.remove_municipality(integer,uuid) attest_migrator",
            "app.tell_transfer() attest_owner",
        ],
        fixture: "GRANT EXECUTE ON FUNCTION app.move_own(int, bigint) TO attest_expert",
        fires: "app.move_own(integer,bigint) attest_expert",
    },
    Lint {
        rule: "L21 sequences tell nobody how much there is",
        query: "SELECT c.relname || ' ' || x.grantee::regrole FROM pg_class c, aclexplode(c.relacl) x
                WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'S'
                AND x.grantee <> 'attest_owner'::regrole",
        allowed: &[],
        fixture: "GRANT SELECT ON SEQUENCE app.card_id_seq TO attest_tenant",
        fires: "card_id_seq attest_tenant",
    },
    Lint {
        rule: "L22 no policy of a migration for the owner is left",
        query: "SELECT polrelid::regclass || ' ' || polname FROM pg_policy
                WHERE 'attest_owner'::regrole = ANY (polroles)",
        allowed: &[],
        fixture: "CREATE POLICY left_over ON app.card FOR ALL TO attest_owner USING (true)",
        fires: "app.card left_over",
    },
    Lint {
        rule: "L24 a question about the role stands whole in its sub-select: the planner guesses half",
        query: "SELECT polrelid::regclass || ' ' || polname FROM pg_policy
                WHERE coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '')
                  ~ 'ctx_role\\(\\) AS ctx_role\\) (=|<>) '",
        allowed: &[],
        fixture: "ALTER POLICY teacher_own ON app.card USING ((SELECT app.ctx_role()) = 'teacher')",
        fires: "app.card teacher_own",
    },
    Lint {
        rule: "L25 a function of the owner or of a definer is nobody's until granted",
        query: "SELECT r.rolname::text FROM pg_roles r
                WHERE r.rolname IN ('attest_owner', 'attest_definer', 'attest_mover')
                AND NOT EXISTS (SELECT FROM pg_default_acl d WHERE d.defaclrole = r.oid AND d.defaclobjtype = 'f'
                  AND d.defaclnamespace = 0
                  AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) x WHERE x.grantee = 0))",
        allowed: &[],
        fixture: "ALTER DEFAULT PRIVILEGES FOR ROLE attest_definer GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
        fires: "attest_definer",
    },
    Lint {
        rule: "L26 functions belong to the owner or to a definer",
        query: "SELECT p.oid::regprocedure || ' ' || p.proowner::regrole FROM pg_proc p
                WHERE p.pronamespace = 'app'::regnamespace
                AND p.proowner NOT IN ('attest_owner'::regrole, 'attest_definer'::regrole, 'attest_mover'::regrole)",
        allowed: &[],
        fixture: "CREATE FUNCTION app.stray() RETURNS int LANGUAGE sql AS 'SELECT 1';
                  ALTER FUNCTION app.stray() OWNER TO attest_backup",
        fires: "app.stray() attest_backup",
    },
    Lint {
        rule: "L27 no login stores large objects or ends the sessions of others",
        query: "SELECT r.rolname || ' ' || p.proname FROM pg_roles r, pg_proc p
                WHERE r.rolname ~ '^attest_' AND r.rolcanlogin AND p.pronamespace = 'pg_catalog'::regnamespace
                AND (p.proname ~ '^lo_' OR p.proname IN ('loread', 'lowrite', 'pg_cancel_backend', 'pg_terminate_backend'))
                AND has_function_privilege(r.oid, p.oid, 'EXECUTE')",
        allowed: &[],
        fixture: "GRANT EXECUTE ON FUNCTION pg_terminate_backend(int, bigint) TO attest_tenant",
        fires: "attest_tenant pg_terminate_backend",
    },
    Lint {
        rule: "L28 what hangs on a case is found by an index: destroying one reads no whole table",
        query: "SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE a.attname = 'application_id' AND c.relkind = 'r' AND c.relnamespace = 'app'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid
                  AND a.attnum IN ((i.indkey::int2[])[0], (i.indkey::int2[])[1])
                  AND coalesce(pg_get_expr(i.indpred, i.indrelid), '') IN ('', '(application_id IS NOT NULL)'))",
        allowed: &[],
        fixture: "CREATE TABLE app.stray (tenant_id int, application_id bigint)",
        fires: "app.stray",
    },
];

async fn offenders(sql: &mut Session, lint: &Lint) -> BTreeSet<String> {
    sql.list::<String>(lint.query).await.into_iter().collect()
}

#[tokio::test]
async fn sec_02_the_catalogue_is_clean() {
    let world = World::shared().await;
    let mut sql = world.superuser().await;
    sql.script("SET search_path = pg_catalog").await;
    let mut faults = Vec::new();
    println!("SEC-02: {} rules of the catalogue", LINTS.len());
    for lint in LINTS {
        let allowed: BTreeSet<String> = lint.allowed.iter().map(|&name| name.to_owned()).collect();
        let found = offenders(&mut sql, lint).await;
        faults.extend(
            found
                .difference(&allowed)
                .map(|name| format!("{}: {name}", lint.rule)),
        );
        let stale = allowed.difference(&found);
        faults.extend(stale.map(|name| format!("{}: {name} is allowed for nothing", lint.rule)));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test]
async fn sec_02_every_lint_fires() {
    // A database of its own: the fixtures lock tables.
    let world = World::own().await;
    let mut sql = world.superuser().await;
    sql.script("SET search_path = pg_catalog").await;
    let mut silent = Vec::new();
    println!("SEC-02: {} rules fired by their fixtures", LINTS.len());
    for lint in LINTS {
        sql.script("BEGIN").await;
        sql.script(lint.fixture).await;
        if !offenders(&mut sql, lint).await.contains(lint.fires) {
            silent.push(lint.rule);
        }
        sql.script("ROLLBACK").await;
    }
    assert!(silent.is_empty(), "{silent:#?}");
}
