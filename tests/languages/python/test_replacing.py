"""Where bytes look as if something was put in the place of what others define."""

import pytest

from leakfix.languages.python.replacing import replacing_places


@pytest.mark.parametrize(
    "code",
    [
        "upload.urlopen = fake\n",
        "upload.urlopen: Opener = fake\n",
        "myself.urlopen = fake\n",
        "with mock.patch('pkg.upload.urlopen'):\n    run()\n",
        "monkeypatch.setattr(upload, 'urlopen', fake)\n",
        "monkeypatch.setattr(\n    upload,\n    'urlopen',\n    fake,\n)\n",
        "@patch.multiple(upload, urlopen=fake)\ndef test():\n    pass\n",
        "patch.dict(sys.modules, {'other':\n    fake, 'urlopen': fake})\n",
        "sys.modules['urlopen'] = fake\n",
        'stubs.stub_out("pkg.upload.urlopen", fake)\n',
    ],
)
def test_places_that_may_replace(code: str) -> None:
    assert b"urlopen" in replacing_places([b"x = 1\n", code.encode()])


@pytest.mark.parametrize(
    "code",
    [
        "def f(self):\n    self.urlopen = fake\n",
        "same = upload.urlopen == fake\n",
        "print('urlopen')\n",
        "def test_patch(self):\n    print('urlopen')\n",
        "urlopen = fake\n",
        "with mock.patch('pkg.upload.open'):\n    run()\nprint('urlopen')\n",
    ],
)
def test_places_that_replace_nothing(code: str) -> None:
    assert b"urlopen" not in replacing_places([code.encode()])
