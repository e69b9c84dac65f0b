"""Formulas as MathML, by docutils: browsers draw it themselves, so that the site needs no script from elsewhere."""

from docutils.utils.math.latex2mathml import tex2mathml


def _inline(writer, node) -> None:
    writer.body.append(tex2mathml(node.astext()))


def _display(writer, node) -> None:
    writer.body.append(f'<div class="formula">{tex2mathml(node.astext(), as_block=True)}</div>')


def setup(app):
    def visit(how):
        def visited(writer, node):
            how(writer, node)
            from docutils import nodes

            raise nodes.SkipNode

        return visited

    app.add_html_math_renderer("mathml", (visit(_inline), None), (visit(_display), None))
    return {"parallel_read_safe": True}
