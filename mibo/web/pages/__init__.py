"""Pages for people: one module is one blueprint is one folder of templates."""

from flask import Flask

from mibo.web.pages import (
    audit,
    book,
    centres,
    clinicians,
    desk,
    home,
    merging,
    my,
    passwords,
    patients,
    pictures,
    policy,
    second_factor,
    sign_in,
    staff,
    staff_sign_in,
    stays,
    styleguide,
)


def register_pages(app: Flask) -> None:
    """Register every blueprint of pages."""
    for module in (
        home,
        sign_in,
        book,
        my,
        desk,
        patients,
        merging,
        clinicians,
        pictures,
        staff_sign_in,
        passwords,
        second_factor,
        stays,
        staff,
        centres,
        policy,
        audit,
        styleguide,
    ):
        app.register_blueprint(module.bp)
