//! The settings of the region: kept by key, those that route by founder kind with the kind.

use std::collections::HashMap;

use domain::{act::acts, setting::Setting};

use crate::{
    error::Result,
    scope::{Scope, Tx},
};

/// Every setting there is a value of, by key.
///
/// # Errors
/// If the database does not answer.
pub async fn all(scope: &mut Scope) -> Result<HashMap<String, String>> {
    let rows = sqlx::query!(
        r#"SELECT key AS "key!", value AS "value!" FROM app.region_setting
           UNION ALL
           SELECT 'routed_' || code, CASE WHEN routed_to_operator THEN 'yes' ELSE 'no' END FROM app.ref_founder_kind"#
    )
    .fetch_all(scope.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.value)).collect())
}

/// The value of a setting as a number; the usual one where it was never set.
///
/// # Errors
/// If the database does not answer.
pub async fn number(scope: &mut Scope, setting: Setting) -> Result<u64> {
    let said = crate::reference::setting(scope, setting.code()).await?;
    Ok(setting.number(&said))
}

/// Who answers for personal data, with the address where it is set, as acts of destroyed data say it.
///
/// # Errors
/// If the database does not answer.
pub async fn data_operator(scope: &mut Scope) -> Result<String> {
    let name = crate::reference::setting(scope, Setting::ConsentOperator.code()).await?;
    let address = crate::reference::setting(scope, Setting::ConsentAddress.code()).await?;
    Ok(match address.as_str() {
        "" => name,
        address => format!("{name}, {address}"),
    })
}

/// Sets a setting.
///
/// # Errors
/// If the database does not answer.
pub async fn set(tx: &mut Tx<acts::ManageReference>, setting: Setting, value: &str) -> Result<()> {
    match setting.founder_kind() {
        Some(kind) => sqlx::query!(
            "UPDATE app.ref_founder_kind SET routed_to_operator = $2::text = 'yes' WHERE code = $1",
            kind.code(),
            value,
        ),
        None => sqlx::query!(
            "INSERT INTO app.region_setting (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            setting.code(),
            value,
        ),
    }
    .execute(tx.connection())
    .await?;
    Ok(())
}
