"""A mail that does not go tells why, and never the password."""

from doseloop.loop.report_mail import NOT_SET, Enclosed, send
from tests.roles.installation import free_port
from tests.roles.mail_server import enclosed, mail_server, url_of

PDF = Enclosed("report.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")


def test_a_file_arrives_as_it_was_sent() -> None:
    with mail_server() as server:
        assert send(server.url, "a@hospital.example", "Überblick", "Text", [PDF]) is None
    (mail,) = server.kept.mails
    assert (mail["Subject"], enclosed(mail)) == ("Überblick", {"report.pdf": PDF.content})


def test_the_reason_never_holds_the_name_or_password_of_the_account() -> None:
    server = url_of(free_port()).replace("//", "//connection:127.0.0.1@")
    said = send(server, "a@hospital.example", "Subject", "Text", [])
    assert said
    assert "127.0.0.1" not in said
    assert "…" in said


def test_no_server_or_one_that_is_none_says_what_to_set() -> None:
    assert send("", "a@hospital.example", "Subject", "Text", []) == NOT_SET
    assert "`notify_mail`" in str(send("mailto://", "a@hospital.example", "Subject", "Text", []))
