//! How a letter leaves: to a mail server, or as a file of a directory while one develops.
//! What it says is `app`'s.

use std::{io, path::PathBuf};

use app::letters::{Mail, NotSent};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp,
};
use runtime::config::{self, Relay};

/// The relay and the sender.
pub struct Post {
    relay: Way,
    from: Mailbox,
    host: String,
}

enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Directory(PathBuf),
}

/// Answers of a relay that are about the address and will stay (RFC 5321, 4.2.3). Other
/// permanent ones tell of our own settings, which can be mended.
const NO_SUCH_ADDRESS: [u16; 5] = [550, 551, 553, 521, 556];

/// Why a letter did not leave.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The address or the letter is none a relay could take.
    #[error("not a letter: {0}")]
    Malformed(Box<dyn std::error::Error + Send + Sync>),
    /// The relay did not take it.
    #[error("relay: {0}")]
    Relay(#[from] smtp::Error),
    /// The directory cannot be written.
    #[error("directory: {0}")]
    Directory(#[from] io::Error),
}

impl Fault {
    /// Whether trying again can help.
    pub fn why(&self) -> NotSent {
        match self {
            Self::Malformed(_) => NotSent::Never,
            Self::Relay(_)
                if self
                    .code()
                    .is_some_and(|code| NO_SUCH_ADDRESS.contains(&code)) =>
            {
                NotSent::Never
            }
            Self::Relay(_) | Self::Directory(_) => NotSent::Later,
        }
    }

    /// The relay's answer, if it gave one.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Relay(error) => error.status().map(u16::from),
            Self::Malformed(_) | Self::Directory(_) => None,
        }
    }
}

impl Post {
    /// The post of these settings; `host` is the right side of Message-IDs.
    ///
    /// # Errors
    /// If relay or sender are not ones.
    pub fn new(settings: &config::Mail, host: &str) -> anyhow::Result<Self> {
        let relay = match &settings.relay {
            Relay::Smtp(url) => {
                Way::Smtp(AsyncSmtpTransport::<Tokio1Executor>::from_url(url.reveal())?.build())
            }
            Relay::Directory(directory) => Way::Directory(directory.clone()),
        };
        Ok(Self {
            relay,
            from: settings.from.parse()?,
            host: host.to_owned(),
        })
    }

    /// Sends a letter.
    ///
    /// # Errors
    /// [`Fault`], which says whether to try again.
    pub async fn send(&self, mail: &Mail) -> Result<(), Fault> {
        let message = self.message(mail)?;
        match &self.relay {
            Way::Smtp(transport) => {
                transport.send(message).await?;
            }
            Way::Directory(directory) => {
                // Beside and renamed: nobody reads half a letter. Names sort by time, and a
                // letter sent again takes the place of itself.
                let fresh = directory.join(format!("{}.new", mail.id));
                tokio::fs::create_dir_all(directory).await?;
                tokio::fs::write(&fresh, message.formatted()).await?;
                tokio::fs::rename(fresh, directory.join(format!("{}.eml", mail.id))).await?;
            }
        }
        Ok(())
    }

    fn message(&self, mail: &Mail) -> Result<Message, Fault> {
        let to = mail
            .to
            .parse()
            .map_err(|wrong: lettre::address::AddressError| Fault::Malformed(wrong.into()))?;
        Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .date(mail.date.into())
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|wrong| Fault::Malformed(wrong.into()))
    }
}

#[cfg(test)]
mod tests {
    use runtime::config::Value as _;
    use uuid::Uuid;

    use super::*;

    fn mail(to: &str) -> Mail {
        Mail {
            id: Uuid::from_u128(7),
            date: chrono::DateTime::UNIX_EPOCH,
            to: to.into(),
            subject: "Аттестация: приглашение".into(),
            body: "Добрый день.\n".into(),
        }
    }

    fn post(directory: &std::path::Path) -> Post {
        let relay = Relay::parse(&format!("file://{}", directory.display())).unwrap();
        let from = "Аттестация <a@example.ru>".into();
        Post::new(&config::Mail { relay, from }, "example.ru").unwrap()
    }

    #[tokio::test]
    async fn a_letter_sent_twice_is_the_same_file() {
        let directory = std::env::temp_dir().join(format!("attest-post-{}", std::process::id()));
        let post = post(&directory);
        post.send(&mail("b@example.ru")).await.unwrap();
        post.send(&mail("b@example.ru")).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(&directory).unwrap().flatten().collect();
        let text = std::fs::read_to_string(files[0].path()).unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(files.len(), 1);
        let id = "Message-ID: <00000000-0000-0000-0000-000000000007@example.ru>";
        assert!(text.contains(id), "{text}");
        assert!(
            text.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000"),
            "{text}"
        );
    }

    /// No subject has what people type in it; if one had, a line break would stay a character of
    /// it. An address with one is none.
    #[test]
    fn sec_34_a_line_break_begins_no_other_header() {
        let post = post(&std::env::temp_dir());
        for line_break in ["\r\n", "\n", "\r"] {
            let injected = format!("{line_break}Bcc: c@example.ru");
            for subject in ["Город", "Town"] {
                let letter = Mail {
                    subject: format!("{subject}{injected}"),
                    ..mail("b@example.ru")
                };
                let letter = post.message(&letter).unwrap().formatted();
                let letter = String::from_utf8(letter).unwrap();
                let (head, _) = letter.split_once("\r\n\r\n").unwrap();
                let mut lines = head.split(['\r', '\n']);
                assert!(!lines.any(|line| line.starts_with("Bcc")), "{head}");
            }
            for to in [
                format!("b@example.ru{injected}"),
                format!("b{line_break}@example.ru"),
                format!("\"b{line_break}\"@example.ru"),
            ] {
                let fault = post.message(&mail(&to)).unwrap_err();
                assert_eq!(fault.why(), NotSent::Never, "{to:?}");
            }
        }
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_given_up() {
        let fault = post(&std::env::temp_dir()).send(&mail("не адрес")).await;
        assert_eq!(fault.unwrap_err().why(), NotSent::Never);
    }
}
