-- A row of every kind, as version 1 wrote it.
INSERT INTO moments (seq, at, "offset", session) VALUES
    (2, 1772000000000, 3600, 2), (3, 1772000060000, 3600, 2), (4, 1772000120000, 3600, 2), (5, 1772000180000, 3600, 2),
    (6, 1772000240000, 3600, 2), (7, 1772000300000, 3600, 2), (8, 1772000360000, 3600, 2), (9, 1772000420000, 3600, 2),
    (10, 1772000480000, 3600, 2), (11, 1772000540000, 3600, NULL), (12, 1772000600000, 3600, NULL);
INSERT INTO sessions VALUES (2, 'gentle', 'en', 'd', 1);
INSERT INTO answers VALUES
    (3, 'pain-now', 'high', 7, 'press-up', '{"pain":7,"sore":true}', 30, '["consent"]', 'skip-direction', 'professional'),
    (4, 'nobody-said-anything', NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL);
INSERT INTO takes VALUES
    (5, 'press-up', 'elbows', 'extension', 2, 10, 30000, 1, 61500),
    (6, 'walk', NULL, NULL, 0, NULL, NULL, 0, 0);
INSERT INTO levels VALUES (7, 'press-up', 'elbows');
INSERT INTO notes VALUES (8, 'worse', 'press-up'), (9, 'worse', NULL);
INSERT INTO endings VALUES (10, 'ended-early');
INSERT INTO refusals VALUES (11, 'emergency', 'gentle');
INSERT INTO acknowledgements VALUES (12, 'emergency');
