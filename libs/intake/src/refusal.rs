//! Why a file is not taken, in the words for whoever brought it.

use std::io;

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No byte in it.
    #[error("Выберите файл: он пуст или не выбран")]
    Empty,
    /// A kind that is not on the list (SEC-60).
    #[error("Принимаются файлы PDF, JPG, PNG, TIFF, DOCX, XLSX, PPTX, MP4 и ZIP")]
    Unaccepted,
    /// A program, or a page, that calls itself a document.
    #[error("В имени файла есть второе расширение: переименуйте файл")]
    DoubleExtension,
    /// A kind that is taken, under the name of another.
    #[error("Имя оканчивается на .{named}, а это файл {}: исправьте имя", found.to_uppercase())]
    Misnamed {
        /// The extension it should have.
        found: &'static str,
        /// The extension it has.
        named: &'static str,
    },
    /// Its first bytes are of no kind that is taken.
    #[error("Содержимое не соответствует расширению .{named}: сохраните файл заново")]
    NotWhatItSays {
        /// The extension it has.
        named: &'static str,
    },
    /// Two files in one.
    #[error("В файле, кроме документа, есть посторонние данные: сохраните его заново")]
    Polyglot,
    /// Encrypted: nobody can look into it.
    #[error("Файл защищён паролем: снимите защиту и повторите")]
    Password,
    /// Runs when it is opened.
    #[error("В документе есть макросы: сохраните его без макросов")]
    Macros,
    /// It does not read.
    #[error("Файл повреждён: сохраните его заново")]
    Damaged,
    /// A picture that would not fit into memory (SEC-62).
    #[error("В изображении больше {} млн точек: уменьшите его", .most / 1_000_000)]
    TooManyPixels {
        /// How many there may be.
        most: u64,
    },
    /// An archive of nothing.
    #[error("В архиве нет файлов")]
    EmptyArchive,
    /// More files than anybody attaches (SEC-62).
    #[error("В архиве больше {most} файлов: разделите его")]
    TooManyEntries {
        /// How many there may be.
        most: usize,
    },
    /// It swells (SEC-62).
    #[error("Содержимое архива больше {} МБ: разделите его", .most / 1_048_576)]
    SwellsTooMuch {
        /// How many bytes it may have unpacked.
        most: u64,
    },
    /// It is smaller than any honest file packs (SEC-62).
    #[error("Архив сжат подозрительно сильно: прикрепите файлы без архива")]
    Bomb,
    /// An archive in an archive (SEC-62).
    #[error("Архив внутри архива не принимается: прикрепите файлы отдельно")]
    Nested,
    /// A name that leads out of the archive (SEC-62).
    #[error("В архиве есть файл с недопустимым именем: создайте архив заново")]
    BadName,
    /// A file of an archive that is not taken.
    #[error("В архиве файл «{name}»: {why}")]
    Inside {
        /// Its name, as it is shown.
        name: String,
        /// Why.
        why: Box<Self>,
    },
    /// The reader failed: it may be tried again.
    #[error("Файл не удалось прочитать: повторите")]
    Unread,
}

impl Refusal {
    /// What it is counted as: a word of few, which tells nothing of the file.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unaccepted => "unaccepted",
            Self::DoubleExtension => "double_extension",
            Self::Misnamed { .. } => "misnamed",
            Self::NotWhatItSays { .. } => "not_what_it_says",
            Self::Polyglot => "polyglot",
            Self::Password => "password",
            Self::Macros => "macros",
            Self::Damaged => "damaged",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::EmptyArchive => "empty_archive",
            Self::TooManyEntries { .. } => "too_many_entries",
            Self::SwellsTooMuch { .. } => "swells_too_much",
            Self::Bomb => "bomb",
            Self::Nested => "nested",
            Self::BadName => "bad_name",
            Self::Inside { why, .. } => why.code(),
            Self::Unread => "unread",
        }
    }

    /// The same, said of the file `name` in an archive.
    #[must_use]
    pub fn inside(self, name: &str) -> Self {
        Self::Inside {
            name: name.to_owned(),
            why: Box::new(self),
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput => Self::Damaged,
            _ => Self::Unread,
        }
    }
}

impl From<zip::result::ZipError> for Refusal {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => error.into(),
            _ => Self::Damaged,
        }
    }
}
