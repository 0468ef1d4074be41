//! Invitations: what state the inviter is shown, and the addresses typed or pasted into one
//! field (R-ACC-4). Tokens, letters and rows are made above.

use chrono::{DateTime, TimeDelta, Utc};

use crate::value::Email;

/// How long the link of an invitation works (R-ACC-4).
pub const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Who invites municipal coordinators and its own people, as a person is told.
pub const CENTRE: &str = "Центр аттестации педагогических работников";

/// The most addresses invited at once.
pub const AT_ONCE: usize = 200;

/// What has become of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its link works.
    Sent,
    /// Somebody accepted it.
    Accepted,
    /// Its link has outlived its 24 hours.
    Expired,
    /// Whoever invited took it back.
    Revoked,
    /// The letter was refused for good, or its tries are spent.
    Undelivered,
}

impl State {
    /// The state now of an invitation kept as `code`; expiry is a matter of time and not kept.
    /// `None` for a code that is not one.
    #[must_use]
    pub fn now(code: &str, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Self> {
        match code {
            "sent" if expires_at <= now => Some(Self::Expired),
            "sent" => Some(Self::Sent),
            "accepted" => Some(Self::Accepted),
            "revoked" => Some(Self::Revoked),
            "undelivered" => Some(Self::Undelivered),
            _ => None,
        }
    }

    /// The state as the inviter reads it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "отправлено",
            Self::Accepted => "принято",
            Self::Expired => "истекло",
            Self::Revoked => "отозвано",
            Self::Undelivered => "не доставлено",
        }
    }

    /// Whether it still waits for somebody: it can be sent again or revoked.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Expired | Self::Undelivered)
    }
}

/// The addresses of one field, separated by blanks, commas, semicolons or line breaks, each
/// once.
///
/// # Errors
/// The words for the person at the field, naming what is no address.
pub fn addresses(typed: &str) -> Result<Vec<Email>, String> {
    let mut found: Vec<Email> = Vec::new();
    let mut wrong: Vec<&str> = Vec::new();
    let parts = typed
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|part| !part.is_empty());
    for part in parts {
        match Email::parse(part) {
            Ok(email) if found.iter().any(|known| same(known, &email)) => {}
            Ok(email) => found.push(email),
            Err(_) => wrong.push(part),
        }
    }
    if !wrong.is_empty() {
        return Err(format!(
            "Проверьте адрес электронной почты: {}",
            wrong.join(", ")
        ));
    }
    if found.is_empty() {
        return Err("Введите адрес электронной почты".to_owned());
    }
    if found.len() > AT_ONCE {
        return Err(format!("За один раз — не более {AT_ONCE} адресов"));
    }
    Ok(found)
}

/// No mail server in use tells capitals in an address from small letters.
fn same(one: &Email, other: &Email) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Vec<String> {
        addresses(text)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn r_acc_4_a_link_lives_24_hours() {
        let sent = DateTime::<Utc>::UNIX_EPOCH;
        let expires = sent + LIFETIME;
        let second = TimeDelta::seconds(1);
        assert_eq!(
            State::now("sent", expires, expires - second),
            Some(State::Sent)
        );
        assert_eq!(State::now("sent", expires, expires), Some(State::Expired));
        // What was decided does not expire.
        assert_eq!(
            State::now("accepted", expires, expires),
            Some(State::Accepted)
        );
        assert_eq!(State::now("expired", expires, sent), None);
    }

    #[test]
    fn only_what_waits_can_be_sent_again_or_revoked() {
        for (state, open) in [
            (State::Sent, true),
            (State::Expired, true),
            (State::Undelivered, true),
            (State::Accepted, false),
            (State::Revoked, false),
        ] {
            assert_eq!(state.is_open(), open, "{}", state.name());
        }
    }

    #[test]
    fn addresses_are_pasted_as_they_come() {
        assert_eq!(typed("a@mail.ru"), ["a@mail.ru"]);
        assert_eq!(
            typed(" a@mail.ru, b@mail.ru;\r\nc@mail.ru\tA@MAIL.RU "),
            ["a@mail.ru", "b@mail.ru", "c@mail.ru"]
        );
    }

    #[test]
    fn what_is_no_address_is_named() {
        assert!(addresses(" , ").is_err());
        let words = addresses("a@mail.ru, ivanova, b@mail").unwrap_err();
        assert!(
            words.contains("ivanova, b@mail") && !words.contains("a@mail.ru"),
            "{words}"
        );
        let many: String = (0..=AT_ONCE).map(|n| format!("a{n}@mail.ru ")).collect();
        assert!(addresses(&many).is_err());
    }
}
