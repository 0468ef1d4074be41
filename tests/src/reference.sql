-- The least of the reference data that rules hang on, for the template of the tests.
INSERT INTO app.ref_position (code, name, attestable, ordinal) VALUES
  ('uchitel', 'учитель', true, 1), ('vospitatel', 'воспитатель', true, 2), ('direktor', 'директор', false, 3);
INSERT INTO app.ref_subject (code, name, ordinal) VALUES ('matematika', 'математика', 1);
INSERT INTO app.ref_organisation_type (code, name, sector, ordinal) VALUES
  ('obshchee', 'общее', 'образование', 1), ('kultura', 'учреждение культуры', 'культура', 2),
  ('chastnoe', 'частное', 'негосударственный сектор', 3);
INSERT INTO app.ref_founder_kind (code, name, routed_to_operator, ordinal) VALUES
  ('municipal', 'муниципальная', false, 1), ('regional', 'региональная', false, 2),
  ('industry', 'отраслевая', true, 3), ('private', 'частная', false, 4);
INSERT INTO app.ref_ground (code, name, family, category_scope, ordinal) VALUES
  ('gos_nagrada', 'Государственная награда Российской Федерации (СССР)', 'gos_nagrada', 'any', 1);
INSERT INTO app.ref_rejection_reason (code, name, instrumental, ordinal) VALUES
  ('fio', 'Ошибка в ФИО', 'ошибкой в ФИО', 1), ('no_signature', 'Отсутствие подписи', 'отсутствием подписи', 2),
  ('other', 'Иная причина', '', 3);
INSERT INTO app.ref_document_kind (code, name, counts_as_result, forms, ordinal) VALUES
  ('results_table', 'таблицы с результатами', true, 'any', 1), ('other', 'иное', false, 'any', 2);
INSERT INTO app.ref_consent_text (kind, version, body) VALUES
  ('personal_data', 1, 'Текст согласия'), ('publication', 1, 'Текст согласия на публикацию');
INSERT INTO app.region_setting (key, value) VALUES ('time_zone', 'Asia/Tomsk');
